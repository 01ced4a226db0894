package walk_test

import (
	"context"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"tamga/api/walk"
	"tamga/certs"
	"tamga/certs/ca"
	"tamga/documents"
	"tamga/documents/gateways"
	"tamga/documents/gateways/demo"
	"tamga/documents/gateways/message"
	"tamga/documents/people/cast"
	"tamga/documents/registry"
	"tamga/documents/registry/registrytest"
	"tamga/documents/regulation"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// ourBIN is of the service that asks the state systems.
const ourBIN certs.BIN = "120741000014"

// holderOf is a member of the cast as one who applies for himself.
func holderOf(name string) documents.Holder {
	all := cast.Members(signtest.Now())
	p := all[slices.IndexFunc(all, func(m cast.Member) bool { return m.Name == name })].Natural()
	return documents.Holder{Natural: &p}
}

// company is an organisation that applies.
func company(bin certs.BIN) documents.Holder {
	return documents.Holder{Legal: &documents.LegalEntity{
		Name: documents.Text{KK: cast.Company, RU: "ТОО «Ұлы дала мұрасы»"}, Address: documents.Text{KK: "Астана қ.", RU: "г. Астана"}, BIN: bin,
	}}
}

// castOf are the people of a service, who walk by its clock: a person applies at the
// portal and at the provider's counter, an organisation at the service centre, so that
// both state databases are asked.
func castOf(web *httptest.Server, all troupe, c *registrytest.Clock, outside systems) *walk.Cast {
	return &walk.Cast{
		URL: web.URL, Client: web.Client(), Now: c.Now,
		SignWith: func(_ context.Context, member string, text []byte) ([]byte, error) {
			at, key := c.Now(), all.keys[member]
			if !key.Certificate.ValidAt(at) {
				at = key.Certificate.NotAfter // no program signs with a key that has expired
			}
			return signtest.Sign(creation.CMS{Content: text, Claim: true}, key, at)
		},
		Applies: func(by regulation.Channel, known bool) (documents.Holder, string) {
			switch {
			case by == regulation.Centre && known:
				return company(cast.CompanyBIN), "company-head"
			case by == regulation.Centre:
				return company(cast.OfficeBIN), "head"
			case known:
				return holderOf("applicant"), "applicant"
			}
			return holderOf("representative"), "representative"
		},
		Control: &walk.Control{Address: outside.address, Client: web.Client()},
	}
}

// systems are the demonstration's register, and what asks it over HTTP.
type systems struct {
	*demo.Register
	address  string // of its control
	checks   *gateways.Checks
	notaries *gateways.Client
}

// serveSystems runs the demonstration's register, which knows the applicant and the
// company.
func serveSystems(t *testing.T, all troupe, reg *registry.Registry, now func() time.Time) systems {
	t.Helper()
	applicant := holderOf("applicant").Natural
	register := &demo.Register{
		Prefix: "/demo", Key: all.systems, WrongKey: all.ours, Make: reg.Make, Verifier: reg.Verifier, Client: ourBIN, Now: now, Control: true,
		Persons:       []message.Fields{{"iin": string(applicant.IIN), "surname": applicant.Surname, "givenName": applicant.GivenName}},
		Organisations: []message.Fields{{"bin": string(cast.CompanyBIN), "nameKk": cast.Company, "nameRu": cast.Company}},
		Powers:        []demo.Power{{Number: "DEMO-1", Principal: string(cast.CompanyBIN), Agent: string(applicant.IIN), From: "2020-01-01", Until: "2099-12-31", May: gateways.MaySign}},
	}
	web := httptest.NewServer(register)
	t.Cleanup(web.Close)
	caller := &gateways.Caller{
		Sender: "tamga", Key: all.ours, Make: reg.Make, Verifier: reg.Verifier, Now: now,
		Timeout: 3 * time.Second, Deadline: 3 * time.Second, Pause: time.Minute, Rest: time.Nanosecond,
	}
	connect := func(system gateways.System, form gateways.Form) *gateways.Client {
		c, err := caller.Connect(gateways.Peer{
			System: system, Form: form, Address: web.URL + "/demo/" + string(system) + "/" + string(form), Service: string(system) + "_SYNC", BIN: cast.OfficeBIN,
		})
		must(t, err)
		return c
	}
	return systems{register, web.URL + "/demo/control", &gateways.Checks{
		Persons: connect(gateways.SystemPersons, gateways.FormJSON), Organisations: connect(gateways.SystemOrganisations, gateways.FormSOAP),
		Bills:    &gateways.Bills{Store: reg.Store, Gateway: connect(gateways.SystemPayments, gateways.FormJSON)},
		Consents: &gateways.Consents{Store: reg.Store, Verifier: reg.Verifier},
	}, connect(gateways.SystemNotaries, gateways.FormSOAP)}
}

// systemKey is of an information system of an organisation.
func systemKey(demo *ca.Authority, bin certs.BIN, from, until time.Time) (creation.Key, error) {
	h, err := demo.IssueSystem(ca.System{Name: "ЖҮЙЕ", Organisation: "«ЖҮЙЕ» ЖШС", BIN: bin, NotBefore: from, NotAfter: until})
	return creation.NewKey(h.Key, h.Certificate, []*certs.Certificate{demo.Issuing()}), err
}
