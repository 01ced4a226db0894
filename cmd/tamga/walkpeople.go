package main

import (
	"context"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tamga/api/walk"
	"tamga/certs"
	"tamga/documents"
	"tamga/documents/people/cast"
	"tamga/documents/regulation"
	"tamga/signing"
	"tamga/signing/creation"
)

// demonstration is one that runs, with the folder of its keys.
type demonstration struct{ url, folder string }

// walk walks by the people of a demonstration and by its clock.
func (d demonstration) walk(c *console) (walk.Report, error) {
	client := &http.Client{Timeout: requestTimeout}
	control := &walk.Control{Address: d.url + demoGatewaysPrefix + "/control", Client: client}
	if err := control.Read(c.ctx); err != nil {
		return walk.Report{}, err
	}
	edition, days, err := flowData(c, control.Now())
	if err != nil {
		return walk.Report{}, err
	}
	signer, err := demoSigner()
	if err != nil {
		return walk.Report{}, err
	}
	key, err := c.read(filepath.Join(d.folder, "demo.key"), maxPassword)
	if err != nil {
		return walk.Report{}, err
	}
	w := walk.Walker{
		URL: d.url, Key: strings.TrimSpace(string(key)), Client: client, Edition: edition, Days: days, Signer: signer,
		Now: control.Now, Wait: control.Forward, Run: c.walkName(),
		People: &walk.Cast{URL: d.url, Client: client, Now: control.Now, SignWith: d.signer(c, control), Applies: applicants(control, signer), Control: control},
	}
	return w.Walk(c.ctx)
}

// signer signs with the keys of the people, by the clock of the demonstration.
func (d demonstration) signer(c *console, control *walk.Control) func(context.Context, string, []byte) ([]byte, error) {
	keys := map[string]creation.Key{}
	return func(ctx context.Context, member string, text []byte) ([]byte, error) {
		key, ok := keys[member]
		if !ok {
			var err error
			if key, err = loadKey(c, filepath.Join(d.folder, "keys", member+".pem"), ""); err != nil {
				return nil, err
			}
			keys[member] = key
		}
		at := control.Now()
		if !key.Certificate.ValidAt(at) {
			at = key.Certificate.NotAfter // no program signs with a key that has expired
		}
		// What a person signs with judges nobody: the service does.
		alone := creation.Services{Verifier: &signing.Verifier{Now: func() time.Time { return at }}}
		made, err := creation.Make(ctx, alone, creation.Order{Form: creation.CMS{Content: text, Claim: true}, Key: key, Time: at})
		return made.File, err
	}
}

// unknownBIN is of an organisation that the demonstration's register does not know.
const unknownBIN certs.BIN = "250040999978"

// applicants are for whom is applied: a person at the portal and at the provider's
// counter, an organisation at the service centre, so that both state databases are asked.
// It sits where whoever signs does.
func applicants(control *walk.Control, signer walk.Signer) func(regulation.Channel, bool) (documents.Holder, string) {
	holder := func(name string) (documents.Holder, string) {
		all := cast.Members(control.Now())
		p := all[slices.IndexFunc(all, func(m cast.Member) bool { return m.Name == name })].Natural()
		return documents.Holder{Natural: &p}, name
	}
	company := func(bin certs.BIN) (documents.Holder, string) {
		return documents.Holder{Legal: &documents.LegalEntity{
			Name: documents.Text{KK: cast.Company, RU: cast.Company}, Address: signer.Requisites, BIN: bin,
		}}, "company-head"
	}
	return func(c regulation.Channel, known bool) (documents.Holder, string) {
		switch {
		case c == regulation.Centre && known:
			return company(cast.CompanyBIN)
		case c == regulation.Centre:
			return company(unknownBIN)
		case known:
			return holder("applicant")
		}
		return holder("representative")
	}
}
