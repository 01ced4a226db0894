package revocation

import (
	"time"

	"tamga/certs"
	"tamga/certs/der"
	"tamga/certs/revocation/serials"
)

// entry is what a list says about one certificate.
type entry struct {
	revokedAt time.Time
	reason    Reason
}

// lookup finds the entry of a certificate by its issuer's name and its serial
// number, given as the contents of the INTEGER. The error means that the file
// of the list was written into, so that nothing can be said.
func (l *CRL) lookup(issuer certs.Name, serial []byte) (entry, bool, error) {
	e, ok, err := l.index.FindOf(l.authority(issuer), serial)
	if err != nil || !ok {
		return entry{}, false, err
	}
	return entry{revokedAt: e.RevokedAt, reason: Reason(e.Reason)}, true, nil
}

// authority is what the index knows an authority by.
func (l *CRL) authority(name certs.Name) string {
	if name.Equal(l.Issuer) {
		return ""
	}
	return "name " + name.Key()
}

// rules say how the entries are to be read.
func (l *CRL) rules(version int) serials.Rules {
	r := serials.Rules{Bare: version == 1}
	if l.Scope.Indirect {
		r.Authorities = l.entryIssuers
	}
	return r
}

// entryIssuers returns the authorities that certificateIssuer of an entry in an
// indirect list names: those of the entry and of the entries after it, until
// another one says otherwise (RFC 5280 section 5.3.3). Only directory names are
// names of authorities.
func (l *CRL) entryIssuers(value []byte) ([]string, error) {
	r, err := der.Inside(value, der.SequenceTag)
	if err != nil {
		return nil, err
	}
	names, err := certs.ParseGeneralNames(r.Rest())
	if err != nil {
		return nil, err
	}
	var found []string
	for _, g := range names {
		if g.Form == certs.FormDirectory {
			found = append(found, l.authority(g.Directory))
		}
	}
	return found, nil
}
