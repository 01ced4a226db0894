package certs_test

import (
	"encoding/asn1"
	"errors"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
)

// That a responder need not be asked about is understood also where it is critical;
// what nobody understands is not.
func TestCriticalNoCheck(t *testing.T) {
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	a, err := ca.New(ca.ECDSA, now, ca.Options{})
	if err != nil {
		t.Fatal(err)
	}
	pool := &certs.Pool{}
	pool.AddAnchor(a.Root())
	pool.AddIntermediate(a.Issuing())
	noCheck := asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 48, 1, 5}
	for name, c := range map[string]struct {
		extension certs.Extension
		want      certs.PathReason
	}{
		"NULL":    {certs.Extension{ID: noCheck, Critical: true, Value: der.NullValue()}, ""},
		"nothing": {certs.Extension{ID: noCheck, Critical: true}, ""},
		"another": {certs.Extension{ID: noCheck[:9:9], Critical: true, Value: der.NullValue()}, certs.ReasonCritical},
	} {
		h, err := a.IssueService(ca.Service{Purpose: ca.StatusAnswers, Template: func(x *ca.Template) { x.Set(c.extension) }})
		if err != nil {
			t.Fatal(err)
		}
		_, err = pool.Build(h.Certificate, nil, now)
		var refused *certs.PathError
		if errors.As(err, &refused); (err == nil) != (c.want == "") || err != nil && refused.Reason != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
