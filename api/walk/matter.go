package walk

import (
	"context"
	"fmt"
	"hash/crc32"
	"slices"

	"tamga/documents"
	"tamga/documents/regulation"
	"tamga/documents/regulation/paths"
)

// apportion gives every application a matter of its own, but for the last of each service
// and channel that is granted: it is about what the first is that was granted, so that
// officials meet it and decide.
func (w *Walker) apportion(all []*traveller) {
	first := map[string]*traveller{}
	last := map[string]*traveller{}
	run := crc32.ChecksumIEEE([]byte(w.Run)) % 100_000
	for i, t := range all {
		t.matter = fmt.Sprintf("%05d/%d", run, i)
		if !t.granted() {
			continue
		}
		flow := t.service.ID + " " + string(t.channel)
		if first[flow] == nil {
			first[flow] = t
		} else {
			last[flow] = t
		}
	}
	for flow, t := range last {
		t.matter = first[flow].matter
	}
}

// granted reports whether an application of the plan ends with its result. On other ways
// another party may apply.
func (t *traveller) granted() bool {
	return t.trial.name == "" && len(t.way) > 0 && t.way[len(t.way)-1].To.End == regulation.EndIssued
}

// form is what is filled in: what the application is about, as the document will be.
func (w *Walker) form(t *traveller, c Contents) map[string]any {
	filled := map[string]any{"way": fmt.Sprint(t.nth)}
	switch t.service.Result {
	case documents.KindLicence:
		filled["activity"] = c.Licence.Activity
	case documents.KindApproval:
		filled["monument"] = c.Approval.Monument
	case documents.KindExportCertificate:
		filled["objects"] = []any{map[string]any{"name": c.ExportCertificate.Objects[0].Name, "inventory": c.ExportCertificate.Objects[0].Inventory}}
	}
	return filled
}

// about makes contents ones of the matter of an application.
func (t *traveller) about(c *Contents) {
	own := func(text *documents.Text) {
		text.KK, text.RU = text.KK+" № "+t.matter, text.RU+" № "+t.matter
	}
	own(&c.Licence.Activity)
	own(&c.Approval.Monument)
	own(&c.Approval.MonumentAddress)
	own(&c.ExportCertificate.Country)
	for i := range c.ExportCertificate.Objects {
		own(&c.ExportCertificate.Objects[i].Name)
		c.ExportCertificate.Objects[i].Inventory += "-" + t.matter
	}
}

// grants reports whether what may be done hands the result up or issues it.
func (t *traveller) grants(n next) bool { return n.Drafted || n.content().kind == t.service.Result }

// seen is what an official is shown beside an application, and the state that he saw.
type seen struct {
	twins []twin
	tag   string
}

// whyBeside is what officials of the walk say.
const whyBeside = "Өтініш басқа жұмыстарға қатысты."

// decide decides that an application goes on beside what an official is shown, where
// nobody has, and returns the state after it.
func (w *Walker) decide(ctx context.Context, t *traveller, a paths.Act, s seen) (tag string, err error) {
	if !slices.ContainsFunc(s.twins, func(o twin) bool { return string(o.Decided) == "" }) {
		return s.tag, nil
	}
	names := []string{}
	for _, o := range s.twins {
		names = append(names, o.Name)
	}
	act := entryRequest{Step: string(regulation.SameMatter), Outcome: "goes_on", Role: a.Step.Actor, Values: map[string]any{
		"reason": whyBeside, "considered": names,
	}}
	if w.People == nil {
		act.Person = "Walker as " + a.Step.Actor
	}
	token, err := w.token(ctx, t, a.Step.Actor)
	if err != nil {
		return "", err
	}
	p := posted{key: fmt.Sprintf("%s %d same matter", t.id, t.done), match: s.tag, token: token, body: act}
	if err := w.signAs(ctx, t, a.Step.Actor, &p); err != nil {
		return "", err
	}
	act, _ = p.body.(entryRequest) // as signed
	p.body = matterDecision{act.Outcome, whyBeside, names, act.Role, act.Person, act.Signature}
	if err := w.post(ctx, "/v1/applications/"+t.id+"/same-matter", p, &entered{}); err != nil {
		return "", err
	}
	t.entered++
	t.decided++
	return w.getBy(ctx, token, "/v1/applications/"+t.id, &application{})
}

// matterDecision is what is posted of a decision on the same matter.
type matterDecision struct {
	Decision   string   `json:"decision"`
	Reason     string   `json:"reason"`
	Considered []string `json:"considered"`
	Role       string   `json:"role"`
	Person     string   `json:"person,omitempty"`
	Signature  []byte   `json:"signature,omitempty"`
}

// countDecided looks whether each application that was to meet another about the same
// matter has met it.
func (w *Walker) countDecided(all []*traveller, r *Report) {
	seen := map[string]bool{}
	for _, t := range all {
		r.Decided += t.decided
		if seen[t.matter] && t.done == len(t.way) && t.decided == 0 {
			r.fail("application %s is about what another of the same party is, and nobody was asked to decide on it", t.id)
		}
		seen[t.matter] = true
	}
}
