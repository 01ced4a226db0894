package api

import "time"

// trustedAuthority is an authority whose certificates are trusted, as its own says.
type trustedAuthority struct {
	Name     string    `json:"name"`
	Root     bool      `json:"root"` // where paths end
	NotAfter time.Time `json:"not_after"`
}

// listInUse is a revocation list that answers now.
type listInUse struct {
	Issuer     string    `json:"issuer"`
	Delta      bool      `json:"delta"`
	ThisUpdate time.Time `json:"this_update"`
	NextUpdate time.Time `json:"next_update,omitzero"`
}

// trusted are the authorities that the verifier knows, the roots first.
func (v *service) trusted() []trustedAuthority {
	all := []trustedAuthority{}
	if v.Verifier.Trust == nil {
		return all
	}
	for _, c := range v.Verifier.Trust.Anchors() {
		all = append(all, trustedAuthority{c.Subject.String(), true, c.NotAfter})
	}
	for _, c := range v.Verifier.Trust.Intermediates() {
		all = append(all, trustedAuthority{c.Subject.String(), false, c.NotAfter})
	}
	return all
}

// listsInUse are the revocation lists that the verifier has.
func (v *service) listsInUse() []listInUse {
	all := []listInUse{}
	if v.Verifier.Revocation == nil {
		return all
	}
	for _, l := range v.Verifier.Revocation.All() {
		all = append(all, listInUse{l.Issuer.String(), l.BaseNumber != nil, l.ThisUpdate, l.NextUpdate})
	}
	return all
}
