//go:build interop

package interop

import (
	"context"
	"encoding/pem"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/certs/revocation/ocsp"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// world is what every judge is told: whom to trust, what is known of
// revocation, and when the question is asked.
type world struct {
	name          string
	at            time.Time
	anchors       []*certs.Certificate
	intermediates []*certs.Certificate
	crls          [][]byte
	ocsps         [][]byte

	files *worldFiles
}

// worldFiles are the names of the files of a world.
type worldFiles struct {
	anchors, intermediates, crls, ocsps []string // DER
	store                               string   // PEM: anchors and lists
	anchorsPEM, untrusted               string   // PEM
	nss                                 string   // database of NSS; made by pdfsig's judge
}

// write puts the world's files into a folder, once.
func (w *world) write(t *testing.T, dir string) {
	t.Helper()
	if w.files != nil {
		return
	}
	w.files = &worldFiles{}
	base := filepath.Join(dir, "world-"+w.name)
	der := func(what string, all ...[]byte) []string {
		names := make([]string, len(all))
		for i, b := range all {
			names[i] = fmt.Sprintf("%s-%s-%d.der", base, what, i)
			save(t, names[i], b)
		}
		return names
	}
	w.files.anchors = der("anchor", raw(w.anchors)...)
	w.files.intermediates = der("intermediate", raw(w.intermediates)...)
	w.files.crls = der("crl", w.crls...)
	w.files.ocsps = der("ocsp", w.ocsps...)
	w.files.store, w.files.untrusted, w.files.anchorsPEM = base+"-store.pem", base+"-untrusted.pem", base+"-anchors.pem"
	save(t, w.files.anchorsPEM, encode("CERTIFICATE", raw(w.anchors)))
	save(t, w.files.store, append(encode("CERTIFICATE", raw(w.anchors)), encode("X509 CRL", w.crls)...))
	save(t, w.files.untrusted, encode("CERTIFICATE", raw(w.intermediates)))
}

func raw(all []*certs.Certificate) [][]byte {
	out := make([][]byte, len(all))
	for i, c := range all {
		out[i] = c.Raw
	}
	return out
}

func encode(label string, all [][]byte) []byte {
	var out []byte
	for _, b := range all {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: label, Bytes: b})...)
	}
	return out
}

// verifier is ours in this world.
func (w *world) verifier() *signing.Verifier {
	pool, lists := &certs.Pool{}, &revocation.Lists{}
	for _, c := range w.anchors {
		pool.AddAnchor(c)
	}
	for _, c := range w.intermediates {
		pool.AddIntermediate(c)
	}
	for _, b := range w.crls {
		if l, err := revocation.ParseCRL(b); err == nil {
			lists.Add(l)
		}
	}
	v := &signing.Verifier{Trust: pool, Revocation: lists, Now: func() time.Time { return w.at }}
	if len(w.ocsps) > 0 {
		v.Ask = w.status
	}
	return v
}

// status answers from the responses that are there, as a client would that
// had fetched them.
func (w *world) status(_ context.Context, c, issuer *certs.Certificate, at time.Time) revocation.Answer {
	var policy ocsp.Policy
	var last revocation.Answer
	for _, b := range w.ocsps {
		last = policy.Judge(b, ocsp.Question{Certificate: c, Issuer: issuer, At: at, Now: w.at})
		if last.Status != revocation.Undetermined {
			return last
		}
	}
	return last
}

// authority is a demo authority with the persons whose signatures are judged.
type authority struct {
	t                   *testing.T
	slug                string
	family              ca.Family
	ca                  *ca.Authority
	keys                map[string]creation.Key
	stale               [][]byte // lists that ended yesterday
	yesterday, lastWeek []byte   // lists of the issuing authority that were made then
	*world                       // its usual one: complete lists, fresh
}

// The persons of an authority, by what is the matter with them.
const (
	good     = "good"
	revoked  = "revoked"
	expired  = "expired"
	future   = "future"   // certificate not yet valid
	second   = "second"   // another good one
	replaced = "replaced" // certificate revoked lately, because there is a new one
)

func newAuthority(t *testing.T, slug string, family ca.Family) *authority {
	t.Helper()
	now := signtest.Now()
	root, err := ca.New(family, now, ca.Options{NotBefore: now.AddDate(-1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{t: t, slug: slug, family: family, ca: root, keys: map[string]creation.Key{}}
	for name, change := range map[string]func(*ca.Person){
		good:     func(*ca.Person) {},
		revoked:  func(*ca.Person) {},
		expired:  func(p *ca.Person) { p.NotAfter = now.AddDate(0, 0, -3) },
		second:   func(*ca.Person) {},
		replaced: func(*ca.Person) {},
		future:   func(p *ca.Person) { p.NotBefore = now.AddDate(0, 0, 3) },
	} {
		person := signtest.Head()
		change(&person)
		h, err := root.Issue(person)
		if err != nil {
			t.Fatal(err)
		}
		a.keys[name] = creation.Key{Signer: h.Key, Certificate: h.Certificate, Chain: []*certs.Certificate{root.Issuing()}}
	}
	root.Revoke(a.keys[revoked].Certificate.Serial, now.Add(-2*time.Hour), revocation.KeyCompromise)
	a.world = &world{name: slug, at: now, anchors: []*certs.Certificate{root.Root()}, intermediates: []*certs.Certificate{root.Issuing()}}
	a.stale = [][]byte{a.list(root.CRL, -72*time.Hour, -24*time.Hour), a.list(root.RootCRL, -72*time.Hour, -24*time.Hour)}
	a.yesterday = a.list(root.CRL, -36*time.Hour, -12*time.Hour)
	a.lastWeek = a.list(root.CRL, -4*24*time.Hour, -3*24*time.Hour)
	root.Revoke(a.keys[replaced].Certificate.Serial, now.Add(-2*time.Hour), revocation.Superseded)
	a.crls = [][]byte{a.list(root.CRL, -time.Hour, 24*time.Hour), a.list(root.RootCRL, -time.Hour, 24*time.Hour)}
	return a
}

// list makes a revocation list that begins and ends at times relative to now.
func (a *authority) list(issue func(this, next time.Time) ([]byte, error), from, to time.Duration) []byte {
	a.t.Helper()
	b, err := issue(signtest.Now().Add(from), signtest.Now().Add(to))
	if err != nil {
		a.t.Fatal(err)
	}
	return b
}

// elsewhere is the usual world under another name, to be changed.
func (a *authority) elsewhere(name string) *world {
	w := *a.world
	w.name, w.files = a.slug+"-"+name, nil
	return &w
}

// signedAt is a moment at which a person's key may sign.
func signedAt(k creation.Key) time.Time {
	at, c := signtest.Now(), k.Certificate
	if at.After(c.NotAfter) {
		return c.NotAfter.Add(-time.Minute)
	}
	if at.Before(c.NotBefore) {
		return c.NotBefore.Add(time.Minute)
	}
	return at
}
