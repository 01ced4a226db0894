package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation/ocsp"
	"tamga/documents/people"
	"tamga/documents/people/cast"
	"tamga/documents/registry"
	"tamga/documents/store"
	"tamga/signing/creation"
	"tamga/signing/tsa"
)

// demo is the demonstration: authorities, persons and files below one folder.
// Everything is made once and kept; only the revocation lists are made afresh
// at each start, so that they never run out.
type demo struct {
	folder   string
	trust    string // certificates and lists for the public
	official creation.Key
	signers  map[string]creation.Key
	cast     map[string]creation.Key // of the people, by the names of the members
	numbers  []string                // the sample documents
	secret   string                  // the key of the sample client
	system   creation.Key            // of the service itself, for receipts
	stamps   *tsa.Authority          // timestamps
	base     string                  // of the service
	statuses ocsp.Responders
	silent   error // why no sample document was issued; nil if they were
}

// demoYears is how long the demonstration's persons may sign: longer than
// the national year, so that it does not stop working.
const demoYears = 5

func (d *demo) path(parts ...string) string {
	return filepath.Join(append([]string{d.folder}, parts...)...)
}

// prepareDemo makes or reads everything that needs no register.
func prepareDemo(c *console, folder, base string) (*demo, error) {
	d := &demo{folder: folder, base: base, signers: map[string]creation.Key{}, cast: map[string]creation.Key{}}
	d.trust = d.path("trust")
	for _, dir := range []string{d.folder, d.path("ca"), d.trust, d.path("keys"), d.path("samples")} {
		if err := makeFolder(dir); err != nil {
			return nil, err
		}
	}
	authorities := map[ca.Family]*ca.Authority{}
	for _, f := range []ca.Family{ca.RSA, ca.GOST2015} {
		a, err := d.authority(c, f)
		if err != nil {
			return nil, err
		}
		authorities[f] = a
	}
	for _, p := range demoPersons(c.second()) {
		key, err := d.key(c, authorities[p.family], p)
		if err != nil {
			return nil, err
		}
		if p.official {
			d.official = key
		} else {
			d.signers[p.name] = key
		}
	}
	d.signers["demo"] = d.signers["applicant-gost"]
	err := d.people(c, authorities[ca.GOST2015])
	if err != nil {
		return nil, err
	}
	if d.system, err = d.systemKey(c, authorities[ca.RSA]); err != nil {
		return nil, err
	}
	if d.stamps, err = d.timestamps(c, authorities[ca.RSA]); err != nil {
		return nil, err
	}
	for _, f := range []ca.Family{ca.RSA, ca.GOST2015} {
		r, err := d.responder(c, authorities[f])
		if err != nil {
			return nil, err
		}
		d.statuses = append(d.statuses, r)
	}
	return d, d.writeSamples(c)
}

// authority reads or makes an authority, and publishes fresh lists.
func (d *demo) authority(c *console, f ca.Family) (*ca.Authority, error) {
	folder := d.authorityFolder(f)
	a, err := folder.load(c)
	if errors.Is(err, errNoAuthority) {
		return folder.create(c, f, c.second(), ca.Options{Responder: d.base + "/ocsp"})
	}
	if err != nil {
		return nil, err
	}
	return a, folder.publish(c, a, c.second())
}

// demoPerson is a person of the demonstration.
type demoPerson struct {
	name     string // of the key file
	family   ca.Family
	official bool
	ca.Person
}

// demoPersons are fictional: their numbers have right check digits and dates
// of birth that no calendar has.
func demoPersons(now time.Time) []demoPerson {
	until := now.AddDate(demoYears, 0, 0)
	return []demoPerson{
		{"licensor", ca.RSA, true, ca.Person{
			Surname: "СЕЙІТҚАЛИ", GivenName: "ӘСЕМ", Patronymic: "ҒАЛЫМҚЫЗЫ", IIN: "781300399975",
			Organisation: cast.Office, BIN: cast.OfficeBIN,
			Roles: []certs.Role{certs.RoleHead}, NotBefore: now, NotAfter: until,
		}},
		{"applicant-rsa", ca.RSA, false, ca.Person{
			Surname: "ӨМІРЗАҚОВ", GivenName: "ЕРЖАН", Patronymic: "БОЛАТҰЛЫ", IIN: "851300399990",
			NotBefore: now, NotAfter: until,
		}},
		{"applicant-gost", ca.GOST2015, false, ca.Person{
			Surname: "ҚҰНАНБАЕВА", GivenName: "ҮМІТ", Patronymic: "ҺАМИТҚЫЗЫ", IIN: "901300499989",
			Organisation: cast.Company, BIN: cast.CompanyBIN,
			Roles: []certs.Role{certs.RoleHead}, NotBefore: now, NotAfter: until,
		}},
	}
}

// key reads a person's key, or issues it at the first start. One that an older
// version of the program has issued under another organisation is replaced: the
// register takes no document that prints what its certificate does not say.
func (d *demo) key(c *console, a *ca.Authority, p demoPerson) (creation.Key, error) {
	issue := func() (ca.Holder, error) { return a.Issue(p.Person) }
	key, err := d.storedKey(c, p.name, a, issue)
	if err != nil || key.Certificate.Identity().Organisation == p.Organisation {
		return key, err
	}
	if err := os.Remove(d.path("keys", p.name+".pem")); err != nil {
		return creation.Key{}, err
	}
	return d.storedKey(c, p.name, a, issue)
}

// storedKey reads a key, or has it issued at the first start.
func (d *demo) storedKey(c *console, name string, a *ca.Authority, issue func() (ca.Holder, error)) (creation.Key, error) {
	path := d.path("keys", name+".pem")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		h, err := issue()
		if err != nil {
			return creation.Key{}, err
		}
		b, err := withIssuer(a, h)
		if err != nil {
			return creation.Key{}, err
		}
		if err := (output{path: path, mode: 0o600}).write(c, b); err != nil {
			return creation.Key{}, err
		}
	}
	return loadKey(c, path, "")
}

// systemKey is the key of the service as an information system.
func (d *demo) systemKey(c *console, a *ca.Authority) (creation.Key, error) {
	return d.storedKey(c, "system", a, func() (ca.Holder, error) {
		now := c.second()
		return a.IssueSystem(ca.System{
			Name: "TAMGA DEMO", Organisation: cast.Office, BIN: cast.OfficeBIN,
			NotBefore: now, NotAfter: now.AddDate(demoYears, 0, 0),
		})
	})
}

// timestamps is the demonstration's timestamp authority.
func (d *demo) timestamps(c *console, a *ca.Authority) (*tsa.Authority, error) {
	key, err := d.storedKey(c, "timestamps", a, func() (ca.Holder, error) {
		now := c.second()
		return a.IssueService(ca.Service{Purpose: ca.Timestamping, NotBefore: now, NotAfter: now.AddDate(demoYears, 0, 0)})
	})
	if err != nil {
		return nil, err
	}
	return &tsa.Authority{
		Signer: key.Signer, Certificate: key.Certificate, Chain: key.Chain, Now: c.now,
		Policies: key.Certificate.Policies,
	}, nil
}

// populate gives the sample client its key and issues the sample documents,
// or finds both where an earlier start left them.
func (d *demo) populate(c *console, reg *registry.Registry) error {
	if err := d.client(c, reg); err != nil {
		return err
	}
	err := cast.Seed(c.ctx, &people.Book{Store: reg.Store, Rulebook: reg.Rulebook})
	if errors.Is(err, people.ErrEnoughAdministrators) {
		c.note("the register has administrators of its own: the people of the demonstration have no duties")
	} else if err != nil {
		return err
	}
	for _, name := range []string{"licence", "refusal"} {
		if err := d.issueSample(c, reg, name); err != nil {
			return err
		}
	}
	return nil
}

// client reads the sample client's key. One that the register does not know,
// because the database is another, is replaced.
func (d *demo) client(c *console, reg *registry.Registry) error {
	path := d.path("demo.key")
	b, err := c.read(path, maxPassword)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if d.secret = strings.TrimSpace(string(b)); d.secret != "" {
		_, err := reg.Store.Client(c.ctx, d.secret)
		if !errors.Is(err, store.ErrUnknownClient) {
			return err
		}
	}
	d.secret, err = reg.Store.AddClient(c.ctx, "demo", []string{store.ScopeSign, store.ScopeIssue, store.ScopeRead, store.ScopeStatus, store.ScopeApply, store.ScopeEnter})
	if err != nil {
		return err
	}
	return output{path: path, mode: 0o600, force: true}.write(c, []byte(d.secret+"\n"))
}

// welcome prints the pages and the commands to try.
func (d *demo) welcome(p *printer, base string) {
	p.line("Demonstration: fictional persons, an authority that nobody trusts, no legal force.")
	p.blank()
	p.line("Open")
	p.line("  %s/", base)
	for _, number := range d.numbers {
		p.line("  %s", checkAddress(base)(number))
	}
	p.line("  %s/layouts", base)
	p.blank()
	if d.silent != nil {
		p.line("Nothing is issued now: %v. An edition that is in force can be entered: tamga regulation enter.", d.silent)
		p.blank()
	}
	p.line("Try in another terminal, in this folder")
	for _, line := range d.curls(base) {
		p.line("  %s", line)
	}
	p.blank()
	p.line("People: %s (a key for each: registrar, executor, member-1, head, administrator-1 and others)", d.path("keys"))
	p.line("Files: %s (signed applications and requests), %s (for tamga verify --trust)", d.path("samples"), d.trust)
	p.line("Client key, also in %s: %s", d.path("demo.key"), d.secret)
}

// curls are three commands that work when pasted: verify, issue, check; where nothing
// is issued, the first.
func (d *demo) curls(base string) []string {
	data := func(name string) string {
		return "-H 'Content-Type: application/json' --data " + shellQuote("@"+d.path("samples", name))
	}
	verify := fmt.Sprintf("curl -s %s %s/v1/verify/cms", data("verify.json"), base)
	if len(d.numbers) == 0 {
		return []string{verify}
	}
	return []string{
		verify,
		fmt.Sprintf(`curl -s -H "Authorization: Bearer $(cat %s)" -H 'Idempotency-Key: try-1' %s %s/v1/documents`,
			shellQuote(d.path("demo.key")), data("licence.json"), base),
		fmt.Sprintf("curl -s %s/v1/check/%s", base, d.numbers[0]),
	}
}

// shellQuote makes a path one word of the shell.
func shellQuote(s string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./_-"
	if strings.Trim(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
