package revocation

import (
	"encoding/hex"
	"time"

	"tamga/certs"
)

// EndStatus tells of one authority that is declared to have ended, for people.
type EndStatus struct {
	Name        string     `json:"name,omitempty"` // its subject; "" when its certificate is not known
	Certificate string     `json:"certificate"`    // SHA-256, hexadecimal
	Ended       time.Time  `json:"ended"`
	Destroyed   bool       `json:"keys_destroyed"`
	LastLists   []LastList `json:"last_lists"` // in the order of the declaration
}

// LastList is one of its last revocation lists. One that is not kept tells nothing,
// and nothing but its digest is known.
type LastList struct {
	SHA256       string    `json:"sha256"` // hexadecimal
	Kept         bool      `json:"kept"`
	Number       string    `json:"number,omitempty"`
	ThisUpdate   time.Time `json:"this_update,omitzero"`
	NextUpdate   time.Time `json:"next_update,omitzero"`
	Entries      int       `json:"entries,omitempty"`
	KeepsExpired time.Time `json:"keeps_expired,omitzero"` // since when it keeps expired certificates
}

// Status tells of every authority that has ended, the latest first, with the names
// that a pool knows, and which of their last lists are there.
func (r *Retired) Status(known *certs.Pool) []EndStatus {
	names := map[[32]byte]string{}
	if known != nil {
		for _, c := range append(known.Anchors(), known.Intermediates()...) {
			names[c.Fingerprint()] = c.Subject.String()
		}
	}
	kept := map[[32]byte]*CRL{}
	if lists := r.Lists(); lists != nil {
		for _, l := range lists.All() {
			kept[l.Digest()] = l
		}
	}
	all := []EndStatus{}
	for _, e := range r.Ends() {
		s := EndStatus{Name: names[e.Authority], Certificate: hex.EncodeToString(e.Authority[:]), Ended: e.At, Destroyed: e.Destroyed, LastLists: []LastList{}}
		for _, digest := range e.Lists {
			l := LastList{SHA256: hex.EncodeToString(digest[:])}
			if list := kept[digest]; list != nil {
				l.Kept, l.ThisUpdate, l.NextUpdate, l.Entries, l.KeepsExpired = true, list.ThisUpdate, list.NextUpdate, list.Entries, list.KeepsExpired
				l.Number = list.evidence().Number
			}
			s.LastLists = append(s.LastLists, l)
		}
		all = append(all, s)
	}
	return all
}
