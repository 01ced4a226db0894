//go:build interop

package interop

import (
	"bytes"
	"math/big"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/certs/revocation/ocsp"
	"tamga/signing/signtest"
)

// certificateRows are certificates with lists and responses about them: what is
// judged is the certificate, its path and what is said of it.
func certificateRows(a, impostor *authority) []row {
	about := func(who string) row {
		return row{name: "certificate/" + a.slug, kind: kindCertificate, file: a.keys[who].Certificate.Raw, world: a.world}
	}
	root := a.crls[1]
	lists := func(w *world, complete ...[]byte) { w.crls = append(complete, root) }
	usual := about(good)
	rows := []row{
		usual.as("crl/honest", honest),
		about(revoked).as("crl/revoked", standing),
		about(expired).as("crl/expired", period),
		about(future).as("crl/future", period),
		usual.in(a.elsewhere("impostor"), func(w *world) { w.anchors, w.intermediates = impostor.anchors, impostor.intermediates }).as("crl/untrusted", trust),
		usual.in(a.elsewhere("no-crl"), func(w *world) { w.crls = nil }).as("crl/none", standing),
		usual.in(a.elsewhere("stale-crl"), func(w *world) { w.crls = a.stale }).as("crl/stale", standing),
		usual.in(a.elsewhere("crl-bit"), func(w *world) {
			lists(w, flipped(a.crls[0], span{len(a.crls[0]) - 20, len(a.crls[0])}))
		}).as("crl/signature-bit", standing),
		usual.in(a.elsewhere("crl-impostor"), func(w *world) { lists(w, impostor.crls[0]) }).as("crl/of-an-impostor", standing),
		usual.with(flipped(usual.file, span{len(usual.file) - 20, len(usual.file)})).as("crl/certificate-signature-bit", integrity),
		usual.with(append(bytes.Clone(usual.file), 5, 0)).as("crl/certificate-trailing-element", structure),
	}
	rows = append(rows, deltaRows(a, usual)...)
	return append(rows, ocspRows(a, impostor, about)...)
}

// deltaRows are about a complete list and a delta list that names another
// person.
func deltaRows(a *authority, usual row) []row {
	person := signtest.Head()
	h := must(a.ca.Issue(person))
	base := a.list(a.ca.CRL, -3*time.Hour, 24*time.Hour)
	a.ca.Revoke(h.Certificate.Serial, signtest.Now().Add(-2*time.Hour), revocation.Superseded)
	delta := a.list(a.ca.DeltaCRL, -time.Hour, 24*time.Hour)
	w := a.elsewhere("delta")
	w.crls = [][]byte{base, delta, a.crls[1]}
	late := usual
	late.file = h.Certificate.Raw
	usual.world, late.world = w, w
	return []row{usual.as("delta/honest", honest), late.as("delta/revoked", standing)}
}

// ocspRows are about responses of the demo responder.
func ocspRows(a, impostor *authority, about func(string) row) []row {
	service := must(a.ca.IssueService(ca.Service{Purpose: ca.StatusAnswers, NotBefore: signtest.Now().AddDate(0, -6, 0)}))
	respond := func(who string, r ocsp.Responder) []byte {
		r.Issuer = a.ca.Issuing()
		r.Status = func(serial *big.Int) revocation.Answer {
			if serial.Cmp(a.keys[revoked].Certificate.Serial) == 0 {
				return revocation.Answer{Status: revocation.Revoked, RevokedAt: signtest.Now().Add(-2 * time.Hour), Reason: revocation.KeyCompromise}
			}
			return revocation.Answer{Status: revocation.Good}
		}
		if r.Now == nil {
			r.Now = func() time.Time { return signtest.Now().Add(-time.Minute) }
		}
		return r.Respond(ocsp.NewRequest(a.keys[who].Certificate, r.Issuer, certs.SHA1, nil).DER)
	}
	honestly := ocsp.Responder{Certificate: service.Certificate, Key: service.Key, Life: time.Hour}
	byKey := honestly
	byKey.ByKey = true
	stale := honestly
	stale.Now = func() time.Time { return signtest.Now().Add(-48 * time.Hour) }
	himself := honestly
	himself.Certificate, himself.Key = a.keys[good].Certificate, a.keys[good].Signer
	foreign := must(impostor.ca.IssueService(ca.Service{Purpose: ca.StatusAnswers}))
	lying := honestly
	lying.Certificate, lying.Key = foreign.Certificate, foreign.Key
	in := func(name, who string, response []byte) row {
		r := about(who)
		return r.in(a.elsewhere("ocsp-"+name), func(w *world) { w.crls, w.ocsps = [][]byte{a.crls[1]}, [][]byte{response} })
	}
	response := respond(good, honestly)
	return []row{
		in("honest", good, response).as("ocsp/honest", honest),
		in("by-key", good, respond(good, byKey)).as("ocsp/honest-by-key", honest),
		in("revoked", revoked, respond(revoked, honestly)).as("ocsp/revoked", standing),
		in("stale", good, respond(good, stale)).as("ocsp/stale", standing),
		in("himself", good, respond(good, himself)).as("ocsp/signed-by-the-holder", standing),
		in("impostor", good, respond(good, lying)).as("ocsp/signed-by-an-impostor", standing),
		in("other", good, respond(expired, honestly)).as("ocsp/about-another", standing),
		in("bit", good, flipped(response, find(response, signatureOf(response)))).as("ocsp/signature-bit", standing),
		in("half", good, response[:len(response)/2]).as("ocsp/half", standing),
	}
}

// signatureOf returns the signature value of a response.
func signatureOf(response []byte) []byte {
	return must(ocsp.ParseResponse(response)).Signature
}
