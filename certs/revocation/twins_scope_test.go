package revocation_test

import (
	"slices"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/revocation"
)

// Where lists of the oracle are said to be found.
var twinPoints = []string{"http://demo.invalid/1", "http://demo.invalid/2"}

// twinScope is an issuingDistributionPoint and what is meant by it.
type twinScope struct {
	raw        []byte // nil for none
	unreadable bool
	point      string // "" for any
	users      bool   // these only
	authority  bool   // these only
	attributes bool   // these only
	reasons    certs.ReasonFlags
}

// drawScope draws the scope of a list.
func (s *sheet) drawScope() twinScope {
	var parts [][]byte
	w := twinScope{reasons: certs.AllReasons}
	if s.chance(25) {
		w.point = twinPoints[s.IntN(2)]
		parts = append(parts, fullName(uri(twinPoints[0]+"/other"), uri(w.point)))
	}
	kind := s.IntN(12)
	w.users, w.authority, w.attributes = kind < 2, kind == 2, kind == 3
	w.unreadable = kind == 4 && s.chance(40)
	if w.users || w.unreadable {
		parts = append(parts, flag(1))
	}
	if w.authority || w.unreadable { // two of these contradict each other
		parts = append(parts, flag(2))
	}
	if s.chance(15) {
		w.reasons = 0
		var bits []int
		for bit := 1; bit < 9; bit++ {
			if s.chance(60) {
				w.reasons |= 1 << bit
				bits = append(bits, bit)
			}
		}
		parts = append(parts, someReasons(3, bits...))
	}
	if s.indirect {
		parts = append(parts, flag(4))
	}
	if w.attributes {
		parts = append(parts, flag(5))
	}
	switch {
	case len(parts) > 0:
		w.raw = scope(parts...)
	case s.chance(2): // says nothing, which nobody may
		w.raw, w.unreadable = scope(), true
	}
	return w
}

// certificate is one by an authority of the oracle, about which lists are asked.
func (w *twins) certificate(of int, serial []byte) *certs.Certificate {
	return &certs.Certificate{Issuer: w.names[of], RawSerial: serial, NotAfter: now.AddDate(1, 0, 0)}
}

// compareStatuses asks one list about certificates of people and authorities, of
// its issuer and of another, that name points or none.
func (w *twins) compareStatuses(t *testing.T, s *sheet, read []*revocation.CRL) {
	var lists [3]revocation.Lists
	for i, l := range read {
		lists[i].Add(l)
	}
	asked := s.asked()
	for range 12 {
		c := w.certificate(s.IntN(2), asked[s.IntN(len(asked))])
		c.CA = s.chance(30)
		told := s.drawPoints(c)
		at := now.Add(time.Duration(s.IntN(200)-120) * time.Hour)
		want := s.meantStatus(c, told, at)
		for i := range lists {
			if got := lists[i].Status(c, s.by.certificate, at); got.Status != want {
				t.Errorf("%s: reader %d, serial %x of %s (authority %t, points %v) at %v: %v, want %s; scope %+v, indirect %t",
					s, i, c.RawSerial, c.Issuer, c.CA, c.CRLPoints, at, got, want, s.scope, s.indirect)
			}
		}
	}
}

// drawPoints gives a certificate distribution points, and returns for which
// reasons the list would tell of it.
func (s *sheet) drawPoints(c *certs.Certificate) (told certs.ReasonFlags) {
	own := c.Issuer.Equal(s.w.names[0])
	if own && s.scope.point == "" {
		told = certs.AllReasons // an authority's list need not be named
	}
	for range s.IntN(3) {
		p := certs.DistributionPoint{Reasons: certs.AllReasons}
		if s.chance(20) {
			p.Reasons = certs.ReasonFlags(s.IntN(512)) & certs.AllReasons
		}
		address := ""
		if s.chance(80) {
			address = twinPoints[s.IntN(2)]
			p.Name.Full = []certs.GeneralName{{Form: certs.FormURI, Value: []byte(address)}}
		}
		elsewhere := !own && s.chance(70)
		if elsewhere {
			p.CRLIssuer = []certs.GeneralName{{Form: certs.FormDirectory, Directory: s.w.names[0]}}
		}
		c.CRLPoints = append(c.CRLPoints, p)
		if (own || elsewhere && s.indirect) && (s.scope.point == "" || s.scope.point == address) {
			told |= p.Reasons
		}
	}
	if s.scope.raw != nil {
		told &= s.scope.reasons
	}
	if s.scope.attributes || s.scope.users && c.CA || s.scope.authority && !c.CA {
		return 0
	}
	return told
}

// meantStatus is what a list, alone, says about a certificate at a time.
func (s *sheet) meantStatus(c *certs.Certificate, told certs.ReasonFlags, at time.Time) revocation.Status {
	if s.unread || told == 0 || slices.Equal(s.by.alg, s.w.unknown.alg) {
		return revocation.Undetermined
	}
	e, listed := s.meant(c.Issuer, c.RawSerial)
	inForce := s.this.After(at) || !s.next.IsZero() && at.Before(s.next)
	switch {
	case listed && e.reason == revocation.RemoveFromCRL:
		return revocation.Undetermined // only a delta list may say so
	case listed && !e.at.After(at) && (e.reason != revocation.CertificateHold || inForce):
		return revocation.Revoked
	case !inForce || told != certs.AllReasons:
		return revocation.Undetermined
	}
	return revocation.Good
}
