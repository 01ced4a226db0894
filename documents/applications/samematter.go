package applications

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"tamga/documents"
	"tamga/documents/regulation"
	"tamga/documents/store"
)

// How it is decided on the same matter.
const (
	MatterGoesOn   = "goes_on"  // the application goes on beside the other
	MatterRefuse   = "refuse"   // it leads to a refusal, by a ground that the service has
	MatterWithdraw = "withdraw" // the applicant is to withdraw it
)

// matterOutcomes is read only.
var matterOutcomes = []string{MatterGoesOn, MatterRefuse, MatterWithdraw}

// The reasons for which a step waits for a decision on the same matter, or is refused
// after one.
const (
	ReasonSameMatter    Reason = "same_matter_undecided" // the party has the same pending or in force, and nobody has decided on it
	ReasonMatterAgainst Reason = "same_matter_against"   // it was decided that the application does not go on beside it
)

// MatterDecision is what was decided on the same matter.
type MatterDecision struct {
	Seq     int // of the entry
	Outcome string
	Reason  string
	Ground  string // of the refusal that it leads to
	Actor   Actor
	At      time.Time
}

// matterValues are what is written down of a decision.
type matterValues struct {
	Reason     string   `json:"reason"`
	Considered []string `json:"considered"` // the names of twins
	Ground     string   `json:"ground,omitempty"`
}

// decidedOn is what was decided last on a twin.
func (c Case) decidedOn(name string) *MatterDecision {
	for _, e := range slices.Backward(c.Entries) {
		if e.Step != string(regulation.SameMatter) {
			continue
		}
		var v matterValues
		if json.Unmarshal(e.Data.Values, &v) == nil && slices.Contains(v.Considered, name) {
			return &MatterDecision{e.Seq, e.Outcome, v.Reason, v.Ground, e.Actor, e.At}
		}
	}
	return nil
}

// writtenOn refuses a decision without a reason or about nothing, and a refusal without a
// ground of the service.
func (c Case) writtenOn(m regulation.Move, req EnterRequest) error {
	refuse := func(format string, args ...any) error {
		return &RefusedError{ReasonOutcome, req.Step, req.Outcome, fmt.Sprintf(format, args...)}
	}
	var v matterValues
	if err := json.Unmarshal(req.Values, &v); err != nil {
		return refuse("its values are not read: reason and ground are texts, and considered is a list of texts")
	}
	s, _ := c.Rules.Service(c.Service) // there when the case was made
	switch {
	case strings.TrimSpace(v.Reason) == "":
		return refuse("the reason is said")
	case len(v.Considered) == 0:
		return refuse("what is considered is named")
	case m.Exit.On == MatterRefuse && !slices.Contains(s.Grounds, v.Ground):
		return refuse("it leads to a refusal by one of %v", s.Grounds)
	case m.Exit.On != MatterRefuse && v.Ground != "":
		return refuse("a ground is of a refusal")
	}
	return nil
}

// waitsForMatter reports whether a move waits for a decision on the same matter.
func (c Case) waitsForMatter(m regulation.Move) bool {
	b, ok := c.Rules.BesideOf(regulation.SameMatter)
	if !ok || c.matter() == nil {
		return false
	}
	s, _ := c.Rules.Service(c.Service) // with a matter
	issues, up := c.Issues(m), c.HandsUp(m)
	return slices.Contains(b.Before, regulation.BeforeResult) && issues.Kind == s.Result && m.Step.Result != "" ||
		slices.Contains(b.Before, regulation.BeforeDraft) && up.Needed && up.Kind == s.Result
}

// matterDecided refuses a step that waits for a decision on the same matter, and a
// decision that passes over something. In a transaction the applications of the party
// come one after another: of two at once about the same the second sees the first.
func (b *Book) matterDecided(ctx context.Context, r store.Reader, d deed) error {
	decides := d.m.Step.ID == string(regulation.SameMatter)
	if !decides && !d.c.waitsForMatter(d.m) {
		return nil
	}
	if tx, ok := r.(*store.Tx); ok {
		if err := lockParty(ctx, tx, d.c.Applicant.Identity()); err != nil {
			return err
		}
	}
	twins, err := b.twins(ctx, r, d.c, d.req.Document)
	if err != nil {
		return err
	}
	if decides {
		return b.considers(ctx, r, d, twins)
	}
	var open, against []string
	for _, t := range twins {
		switch {
		case t.Decided == nil:
			open = append(open, t.Name)
		case t.Decided.Outcome != MatterGoesOn:
			against = append(against, t.Name)
		}
	}
	switch {
	case len(open) > 0:
		return &RefusedError{ReasonSameMatter, d.req.Step, d.req.Outcome,
			"the same party has the same matter pending or in force, and nobody has decided on it: " + strings.Join(open, ", ")}
	case len(against) > 0:
		return &RefusedError{ReasonMatterAgainst, d.req.Step, d.req.Outcome,
			"it was decided that it does not go on beside " + strings.Join(against, ", ")}
	}
	return nil
}

// lockParty keeps other applications of a party from being decided on until the
// transaction ends. Nothing is changed: one row of the party is locked.
func lockParty(ctx context.Context, tx *store.Tx, party string) error {
	_, err := tx.ExecContext(ctx, `UPDATE application_applicants SET party = party
		WHERE application = (SELECT MIN(application) FROM application_applicants WHERE party = $1)`, party)
	if err != nil {
		return fmt.Errorf("failed to lock the party: %w", err)
	}
	return nil
}

// considers refuses a decision that does not name all that there is, or names what is no
// other of the same party.
func (b *Book) considers(ctx context.Context, r store.Reader, d deed, twins []Twin) error {
	refuse := func(format string, args ...any) error {
		return &RefusedError{ReasonSameMatter, d.req.Step, d.req.Outcome, fmt.Sprintf(format, args...)}
	}
	var v matterValues
	if err := json.Unmarshal(d.req.Values, &v); err != nil {
		return refuse("its values are not read")
	}
	for _, t := range twins {
		if !slices.Contains(v.Considered, t.Name) {
			return refuse("%s is about the same matter, and is not considered", t.Name)
		}
	}
	for _, name := range v.Considered {
		is := func(t Twin) bool { return t.Name == name }
		if slices.ContainsFunc(twins, is) {
			continue
		}
		ours, err := b.ofSameParty(ctx, r, d.c, name)
		if err != nil {
			return err
		}
		if !ours {
			return refuse("%s is nothing that the party has pending or in force about it", name)
		}
	}
	return nil
}

// ofSameParty reports whether a name is that of another application of the party, or of
// a document of its own in force: what a document that is not written yet is about is
// found only with it.
func (b *Book) ofSameParty(ctx context.Context, r store.Reader, c Case, name string) (bool, error) {
	party := c.Applicant.Identity()
	if n, err := documents.ParseNumber(name); err == nil && n.String == name && n.Kind != documents.KindApplication {
		held, err := textsOf(ctx, r, `SELECT number FROM documents WHERE number = $1 AND status = 'in_force' AND erased_at = 0`, name)
		if err != nil || len(held) == 0 {
			return false, err
		}
		rec, _, err := b.Register.DocumentAndLifeIn(ctx, r, name)
		return err == nil && rec.Content.Owner().Identity() == party, err
	}
	ids, err := textsOf(ctx, r, `SELECT application FROM application_applicants WHERE application = $1 AND party = $2 AND vouched = 1`, name, party)
	return len(ids) > 0 && name != c.ID, err
}
