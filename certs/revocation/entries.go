package revocation

import (
	"time"

	"tamga/certs"
	"tamga/certs/der"
)

// entry is what a list says about one certificate.
type entry struct {
	revokedAt time.Time
	reason    Reason
}

// entries are the entries of a list.
type entries struct {
	own map[string]entry // by the contents of the serial's INTEGER
	// others are those of other authorities in an indirect list, by the key of
	// the authority's name.
	others map[string]map[string]entry
}

// lookup finds the entry of a certificate by its issuer's name and its serial
// number, given as the contents of the INTEGER. The error means that the file
// of the list was written into, so that nothing can be said.
func (l *CRL) lookup(issuer certs.Name, serial []byte) (entry, bool, error) {
	if l.index != nil {
		if !issuer.Equal(l.Issuer) {
			return entry{}, false, nil
		}
		return l.find(serial)
	}
	own := l.entries.own
	if !issuer.Equal(l.Issuer) {
		own = l.entries.others[issuer.Key()]
	}
	e, ok := own[string(serial)]
	return e, ok, nil
}

// parseEntries reads revokedCertificates. In an indirect list an entry belongs
// to the authority that the last certificateIssuer named, at first the issuer
// of the list (RFC 5280 section 5.3.3).
func (l *CRL) parseEntries(r *der.Reader, version int) error {
	l.entries.own = map[string]entry{}
	current := []map[string]entry{l.entries.own}
	for !r.Empty() {
		seq, err := r.Enter(der.SequenceTag)
		if err != nil {
			return listError("entry", err)
		}
		serial, err := seq.Expect(der.Integer)
		if err != nil {
			return listError("entry serial", err)
		}
		if _, err := der.ParseInteger(serial.Body); err != nil {
			return listError("entry serial", err)
		}
		var e entry
		if e.revokedAt, err = seq.ReadTime(); err != nil {
			return listError("revocationDate", err)
		}
		if !seq.Empty() {
			if version == 1 {
				return listError("entry extensions in a version 1 list", nil)
			}
			said, err := l.entryExtensions(seq.Rest())
			if err != nil {
				return err
			}
			e.reason = said.reason
			if said.issuers != nil {
				current = l.belongingTo(said.issuers)
			}
		}
		for _, m := range current {
			m[string(serial.Body)] = worse(e, m[string(serial.Body)])
		}
		l.Entries++
	}
	return nil
}

// belongingTo returns where the entries of the authorities are kept.
func (l *CRL) belongingTo(issuers []certs.Name) []map[string]entry {
	var kept []map[string]entry
	for _, name := range issuers {
		if name.Equal(l.Issuer) {
			kept = append(kept, l.entries.own)
			continue
		}
		if l.entries.others == nil {
			l.entries.others = map[string]map[string]entry{}
		}
		m := l.entries.others[name.Key()]
		if m == nil {
			m = map[string]entry{}
			l.entries.others[name.Key()] = m
		}
		kept = append(kept, m)
	}
	return kept
}

// worse chooses between two entries of one certificate in one list, the second
// zero when there is none: what is final outweighs a hold, a hold its removal,
// and the earlier of equals the later.
func worse(a, b entry) entry {
	if b.revokedAt.IsZero() {
		return a
	}
	weight := func(r Reason) int {
		switch r {
		case RemoveFromCRL:
			return 0
		case CertificateHold:
			return 1
		}
		return 2
	}
	wa, wb := weight(a.reason), weight(b.reason)
	if wa > wb || wa == wb && a.revokedAt.Before(b.revokedAt) {
		return a
	}
	return b
}

// entrySaid is what the extensions of an entry say.
type entrySaid struct {
	reason  Reason
	issuers []certs.Name // certificateIssuer, nil when absent
}

func (l *CRL) entryExtensions(b []byte) (entrySaid, error) {
	var said entrySaid
	exts, err := certs.ParseExtensions(b)
	if err != nil {
		return said, listError("entry extensions", err)
	}
	for _, e := range exts {
		switch {
		case e.ID.Equal(oidReasonCode):
			v, err := der.One(e.Value)
			if err != nil || v.Tag != der.Enumerated || len(v.Body) != 1 {
				return said, listError("reasonCode", err)
			}
			said.reason = Reason(v.Body[0])
		case e.ID.Equal(oidInvalidityDate) && !e.Critical:
		case e.ID.Equal(oidCertificateIssuer):
			if said.issuers, err = entryIssuers(e.Value); err != nil {
				return said, listError("certificateIssuer", err)
			}
			if !l.Scope.Indirect || len(said.issuers) == 0 || len(said.issuers) > maxEntryIssuers {
				said.issuers = []certs.Name{}
				// Whose the entry is cannot be told, nor of those after it.
				l.unhandled(e)
			}
		case e.Critical:
			l.unhandled(e)
		}
	}
	return said, nil
}

// unhandled notes an extension once: a list may carry it in every entry.
func (l *CRL) unhandled(e certs.Extension) {
	for _, have := range l.Unhandled {
		if have.Equal(e.ID) {
			return
		}
	}
	l.Unhandled = append(l.Unhandled, e.ID)
}

// entryIssuers returns the directory names among the names of an authority.
func entryIssuers(value []byte) ([]certs.Name, error) {
	e, err := der.One(value)
	if err != nil {
		return nil, err
	}
	if e.Tag != der.SequenceTag {
		return nil, der.ErrSyntax
	}
	names, err := certs.ParseGeneralNames(e.Body)
	if err != nil {
		return nil, err
	}
	found := []certs.Name{}
	for _, g := range names {
		if g.Form == certs.FormDirectory {
			found = append(found, g.Directory)
		}
	}
	return found, nil
}
