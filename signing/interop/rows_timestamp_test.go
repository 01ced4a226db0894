//go:build interop

package interop

import (
	"bytes"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/signing/signtest"
	"tamga/signing/tsa"
	"tamga/signing/tsp"
)

// stamps makes the authority's timestamp service, whose clock stands at a time
// relative to now.
func (a *authority) stamps(ago time.Duration, change func(*ca.Template)) *tsa.Authority {
	a.t.Helper()
	h := must(a.ca.IssueService(ca.Service{Purpose: ca.Timestamping, NotBefore: signtest.Now().AddDate(0, -6, 0), Template: change}))
	return &tsa.Authority{
		Signer: h.Key, Certificate: h.Certificate, Chain: []*certs.Certificate{a.ca.Issuing()},
		Policies: h.Certificate.Policies, Accuracy: time.Second,
		Now: func() time.Time { return signtest.Now().Add(-ago) },
	}
}

// timestampRows are tokens of one family about a statement.
func timestampRows(a, impostor *authority) []row {
	token := func(s *tsa.Authority) row {
		b := must(s.Stamper()(tsp.NewImprint(certs.SHA256, statement)))
		return row{name: "timestamp/" + a.slug, kind: kindTimestamp, file: b, content: statement, world: a.world}
	}
	usual := token(a.stamps(time.Minute, nil))
	noUsage := a.stamps(time.Minute, func(t *ca.Template) { t.Set(ca.ExtKeyUsage(false, oidEmailProtection)) })
	notCritical := a.stamps(time.Minute, func(t *ca.Template) { t.Set(ca.ExtKeyUsage(false, oidTimeStamping)) })
	p := cmsParts(usual.file)
	other := usual
	other.content = []byte("another content")
	return []row{
		usual.as("honest", honest),
		other.as("wrong-content", integrity),
		usual.with(flipped(usual.file, p.signature)).as("signature-bit", integrity),
		usual.with(flipped(usual.file, p.messageDigest)).as("message-digest-bit", integrity),
		usual.with(usual.file[:len(usual.file)/2]).as("half", structure),
		usual.with(append(bytes.Clone(usual.file), 5, 0)).as("trailing-element", structure),
		token(impostor.stamps(time.Minute, nil)).as("untrusted-authority", trust),
		token(noUsage).as("authority-not-for-timestamps", purpose),
		token(notCritical).as("usage-not-critical", purpose),
		usual.in(a.elsewhere("timestamp-no-lists"), func(w *world) { w.crls = nil }).as("no-lists", standing),
	}
}
