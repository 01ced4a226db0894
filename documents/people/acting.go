package people

import (
	_ "embed"
	"fmt"
	"slices"
	"sync"
	"time"

	"tamga/certs"
	"tamga/documents"
	"tamga/jsonfile"
)

// Right is what somebody may do on the application of a party.
type Right string

// The rights. Whoever may sign may fill in; the others may fill in only.
const (
	FillIn Right = "fill_in" // open, fill in, attach, look
	Sign   Right = "sign"    // what is sent and withdrawn
)

// Ground is by what somebody acts for a party.
type Ground string

// The grounds.
const (
	GroundSelf        Ground = "self"          // he is the party
	GroundHead        Ground = "head"          // first head of the organisation
	GroundRightToSign Ground = "right_to_sign" // employee with the right to sign
	GroundEmployee    Ground = "employee"      // employee without it
	GroundPower       Ground = "power"         // power of attorney
)

// Acting is who acts, as a certificate or a session says it.
type Acting struct {
	Natural documents.NaturalPerson
	// Identifiers are those of EN 319 412-1 in the certificate of a foreigner.
	Identifiers []string
	BIN         certs.BIN
	Roles       []certs.Role
	// Powers are those that the person was given; what is over is passed over.
	Powers []Power
}

// Acting is who acts in a session, without powers of attorney: [Book.Acting] adds them.
func (s Session) Acting() Acting {
	return Acting{Natural: s.Person.Natural, BIN: s.BIN, Roles: s.Roles}
}

// Denial is why somebody may not act for a party.
type Denial string

// The reasons, the nearest first.
const (
	DeniedRight        Denial = "right"        // he acts for the party, without the right to sign
	DeniedPowerOver    Denial = "power_over"   // his power of attorney has not begun, is over, or was ended
	DeniedRole         Denial = "role"         // the certificate names the organisation, and no member of it
	DeniedOrganisation Denial = "organisation" // the certificate names another organisation
	DeniedPerson       Denial = "person"       // he is another person, or acts for no organisation
)

// RefusedError says why somebody may not act for a party.
type RefusedError struct {
	Reason Denial
	Right  Right
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("the person may not act for the applicant (%s): %s", e.Right, e.Reason)
}

// MayAct returns by what somebody may act for a party at a moment; what speaks against it
// is a *[RefusedError]. An organisation is compared by its number and the right: whoever
// is its employee without the right to sign fills in, and does not sign.
func MayAct(a Acting, party documents.Holder, right Right, at time.Time) (Ground, error) {
	denied := DeniedPerson
	if ground, ok := a.own(party); ok {
		return ground, nil
	}
	if party.Legal != nil {
		ground, reason := a.member(*party.Legal, right)
		if reason == "" {
			return ground, nil
		}
		denied = reason
	}
	reason := a.byPower(party, right, at)
	switch {
	case reason == "":
		return GroundPower, nil
	case nearer(reason, denied):
		denied = reason
	}
	return "", &RefusedError{denied, right}
}

// nearer reports whether one reason says more about what is missing than another.
func nearer(one, other Denial) bool {
	order := []Denial{DeniedRight, DeniedPowerOver, DeniedRole, DeniedOrganisation, DeniedPerson}
	return slices.Index(order, one) < slices.Index(order, other)
}

// Parties are those on whose applications somebody may fill in at a moment, as
// [documents.Holder.Identity] has them.
func (a Acting) Parties(at time.Time) []string {
	own := documents.Holder{Natural: &a.Natural}
	organisation := documents.Holder{Legal: &documents.LegalEntity{BIN: a.BIN}}
	var all []string
	for _, party := range []documents.Holder{own, organisation} {
		if _, err := MayAct(a, party, FillIn, at); err == nil {
			all = append(all, party.Identity())
		}
	}
	for _, p := range a.Powers {
		if p.Principal != "" && p.InForce(at) && !slices.Contains(all, p.Principal) {
			all = append(all, p.Principal)
		}
	}
	return all
}

// own reports whether the person is the party.
func (a Acting) own(party documents.Holder) (Ground, bool) {
	own := documents.Holder{Natural: &a.Natural}
	return GroundSelf, party.Natural != nil && own.Identity() != "" && own.Identity() == party.Identity()
}

// member returns by which role the person acts for an organisation, or why not.
func (a Acting) member(party documents.LegalEntity, right Right) (Ground, Denial) {
	switch {
	case a.BIN == "":
		return "", DeniedPerson
	case party.BIN == "" || a.BIN != party.BIN:
		return "", DeniedOrganisation
	}
	denied := DeniedRole
	for _, r := range roleRights() {
		if !slices.Contains(a.Roles, r.Role) || r.Ground == "" {
			continue
		}
		if slices.Contains(r.Rights, right) {
			return r.Ground, ""
		}
		denied = DeniedRight
	}
	return "", denied
}

// byPower returns why no power of attorney of the party lets the person act; nothing
// when one does.
func (a Acting) byPower(party documents.Holder, right Right, at time.Time) Denial {
	denied := DeniedPerson
	for _, p := range a.Powers {
		if p.Principal == "" || p.Principal != party.Identity() {
			continue
		}
		reason := Denial("")
		switch {
		case !p.InForce(at):
			reason = DeniedPowerOver
		case right == Sign && p.May != Sign:
			reason = DeniedRight
		}
		if reason == "" {
			return ""
		}
		if nearer(reason, denied) {
			denied = reason
		}
	}
	return denied
}

// roleRight is what a role of a certificate lets its holder do for the organisation.
type roleRight struct {
	Role   certs.Role `json:"role"`
	Ground Ground     `json:"ground"`
	Rights []Right    `json:"rights"`
}

//go:embed rights.json
var rightsData []byte

// roleRights reads the embedded data once, that it can be read is tested.
var roleRights = sync.OnceValue(func() []roleRight {
	var file struct {
		Name    string      `json:"name"`
		Comment string      `json:"comment"`
		Roles   []roleRight `json:"roles"`
	}
	if err := jsonfile.Read(rightsData, &file); err != nil {
		panic(err)
	}
	return file.Roles
})
