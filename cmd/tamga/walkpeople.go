package main

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"tamga/api/walk"
	"tamga/certs"
	"tamga/documents"
	"tamga/documents/conditions"
	"tamga/documents/gateways/inbox"
	"tamga/documents/people"
	"tamga/documents/people/cast"
	"tamga/documents/regulation"
	"tamga/signing"
	"tamga/signing/creation"
)

// byPersons has a demonstration take nothing that is stated: persons act by themselves,
// and programs answer what conditions ask, of its people and of its state systems.
func (s *service) byPersons(address string, signer walk.Signer) {
	book := applicationsOf(s.server)
	s.server.People = &people.Book{
		Store: s.server.Registry.Store, Rulebook: book.Rulebook, Verifier: s.server.Verifier, Address: cmp.Or(s.server.BaseURL, "http://"+address),
	}
	(&conditions.Answers{
		People: s.server.People, Others: inbox.Asks(s.checks),
		Letterhead: documents.Letter{Authority: signer.Authority, Requisites: signer.Requisites},
	}).Wire(book)
}

// unknownBIN is of an organisation that the demonstration's register does not know.
const unknownBIN certs.BIN = "250040999978"

// walkers are the people of the demonstration, who walk by the clock of the service: a
// person applies at the portal and at the provider's counter, an organisation at the
// service centre, so that both state databases are asked. It sits where whoever signs does.
func (s *service) walkers(address string, signer walk.Signer, now func() time.Time) *walk.Cast {
	holder := func(name string) (documents.Holder, string) {
		all := cast.Members(now())
		p := all[slices.IndexFunc(all, func(m cast.Member) bool { return m.Name == name })].Natural()
		return documents.Holder{Natural: &p}, name
	}
	company := func(bin certs.BIN) (documents.Holder, string) {
		return documents.Holder{Legal: &documents.LegalEntity{
			Name: documents.Text{KK: cast.Company, RU: cast.Company}, Address: signer.Requisites, BIN: bin,
		}}, "company-head"
	}
	return &walk.Cast{
		URL: "http://" + address, Client: &http.Client{Timeout: requestTimeout}, Now: now,
		SignWith: func(ctx context.Context, member string, text []byte) ([]byte, error) {
			at, key := now(), s.demo.cast[member]
			if !key.Certificate.ValidAt(at) {
				at = key.Certificate.NotAfter // no program signs with a key that has expired
			}
			// What a person signs with judges nobody: the service does.
			alone := creation.Services{Verifier: &signing.Verifier{Now: func() time.Time { return at }}}
			made, err := creation.Make(ctx, alone, creation.Order{Form: creation.CMS{Content: text, Claim: true}, Key: key, Time: at})
			return made.File, err
		},
		Applies: func(c regulation.Channel, known bool) (documents.Holder, string) {
			switch {
			case c == regulation.Centre && known:
				return company(cast.CompanyBIN)
			case c == regulation.Centre:
				return company(unknownBIN)
			case known:
				return holder("applicant")
			}
			return holder("representative")
		},
		Pays: func(_ context.Context, payment string) error { return s.register.Pay(payment, 0) },
	}
}
