package cast_test

import (
	"errors"
	"os"
	"slices"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/documents"
	"tamga/documents/people"
	"tamga/documents/people/cast"
	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/documents/rulebook"
	"tamga/documents/store/storetest"
	"tamga/signing/signtest"
)

var cluster *storetest.Cluster

func TestMain(m *testing.M) {
	cluster = storetest.Start()
	os.Exit(cluster.Run(m))
}

// Every role of every edition in which people in service do a step, or sign a result, is
// somebody's at every provider, and no member has both sides of what the rules keep apart.
func TestSeed(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		db, err := registry.Open(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		db.Now = signtest.Now
		b := &people.Book{Store: db, Rulebook: &rulebook.Book{Store: db}}
		for range 2 { // the second time changes nothing
			if err := cast.Seed(t.Context(), b); err != nil {
				t.Fatal(err)
			}
		}
		law, err := regulation.ShippedLaw()
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range law.Editions() {
			for _, role := range e.Roles {
				for _, s := range e.Services {
					holders := holding(t, b, role.ID, s.ProviderID)
					if wanted := role.Acts != regulation.ForApplicant && acts(e, s, role.ID); wanted && holders == 0 || role.Acts == regulation.ForApplicant && holders > 0 {
						t.Errorf("%s at %s, edition %s: %d members", role.ID, s.ProviderID, e.ID, holders)
					}
					if role.ID == "COMMISSION" && holders < 3 {
						t.Errorf("a commission of %d at %s", holders, s.ProviderID)
					}
				}
			}
			for _, m := range cast.Members(signtest.Now()) {
				for _, one := range m.Roles {
					for _, other := range m.Roles {
						for _, a := range e.FourEyes {
							if a.Between(one, other) {
								t.Errorf("%s has %s and %s, which edition %s keeps apart", m.Name, one, other, e.ID)
							}
						}
					}
				}
			}
		}
		if n := holding(t, b, people.Administrator, ""); n != 2 {
			t.Errorf("%d administrators", n)
		}
		if err := (&registry.Registry{Store: db}).VerifyLog(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// acts reports whether steps are done in a role, or results of a service signed.
func acts(e *regulation.Edition, s regulation.Service, role string) bool {
	for _, r := range e.Routes {
		if slices.ContainsFunc(r.Steps, func(s regulation.Step) bool { return s.Actor == role }) {
			return true
		}
	}
	return slices.Contains(s.Signers, role)
}

// holding counts the members, each once, who hold a role.
func holding(t *testing.T, b *people.Book, role, provider string) int {
	t.Helper()
	all, err := people.Persons(t.Context(), b.Store, "", 100)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, p := range all {
		d, ok, err := people.Holds(t.Context(), b.Store, p.ID, role, provider, b.Store.Moment())
		if err != nil {
			t.Fatal(err)
		}
		if ok && d.Role == role {
			n++
		}
	}
	return n
}

// A register that others administer takes no cast.
func TestSeedElsewhere(t *testing.T) {
	db, err := registry.Open(t.Context(), t.TempDir()+"/register.sqlite")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	b := &people.Book{Store: db, Rulebook: &rulebook.Book{Store: db}}
	for _, iin := range []certs.IIN{"900701300108", "850101010003"} {
		if _, _, err := b.Appoint(t.Context(), documents.NaturalPerson{Surname: "Басқа", GivenName: "Адам", IIN: iin}); err != nil {
			t.Fatal(err)
		}
	}
	if err := cast.Seed(t.Context(), b); !errors.Is(err, people.ErrEnoughAdministrators) {
		t.Errorf("a register of others: %v", err)
	}
}

// Every member gets a certificate that says who he is, and names are told apart.
func TestMembers(t *testing.T) {
	pki := signtest.New(t, ca.GOST2015)
	names := map[string]bool{}
	for _, m := range cast.Members(signtest.Now()) {
		if names[m.Name] {
			t.Errorf("two members are called %s", m.Name)
		}
		names[m.Name] = true
		key := pki.Person(m.Person)
		id := key.Certificate.Identity()
		if certs.IIN(id.IIN) != m.Person.IIN || id.Surname != m.Person.Surname {
			t.Errorf("%s: the certificate names %+v", m.Name, id)
		}
		if expired := !key.Certificate.NotAfter.After(signtest.Now()); expired != (m.Fault == cast.Expired) {
			t.Errorf("%s is valid until %v", m.Name, key.Certificate.NotAfter)
		}
		if signs := key.Certificate.KeyUsage&certs.NonRepudiation != 0; signs == (m.Fault == cast.LogIn) {
			t.Errorf("%s signs: %v", m.Name, signs)
		}
	}
}
