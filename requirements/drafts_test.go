package requirements_test

import (
	"testing"

	"tamga/api/walk"
	"tamga/documents"
)

// draft is what the official at a step writes, as on the walk.
func (o *office) draft(app application, a act, m move) *documents.Draft {
	o.t.Helper()
	var whole struct {
		Applicant documents.Holder `json:"applicant"`
	}
	o.get("/v1/applications/"+app.ID, &whole)
	entries := o.entries(app.ID)
	return o.writes(whole.Applicant, walk.Writing{
		Kind: documents.Kind(m.Issues), Ground: m.Ground, Letter: letter(), Recognised: a.outcome != "no_value", Conclusion: o.conclusion(app),
		Service: documents.Text{KK: "қызмет көрсету", RU: "оказание услуги"}, Failed: entries[len(entries)-1].Failed,
		ReturnBy: documents.CivilDate(o.clock.Now().AddDate(0, 6, 0)),
	})
}

// writes is a draft for an applicant.
func (o *office) writes(applicant documents.Holder, of walk.Writing) *documents.Draft {
	o.t.Helper()
	c := written(o.t)
	c.Applicant = applicant
	d, err := c.Draft(of)
	must(o.t, err)
	return d
}

// conclusion is the last that the commission has come to on an application; nil before.
func (o *office) conclusion(app application) (last *documents.Conclusion) {
	o.t.Helper()
	for _, number := range app.Documents {
		if k := o.document(number).Content.Conclusion; k != nil {
			last = k
		}
	}
	return last
}

// filled is a value as JSON, as it is sent.
func filled(t testing.TB, value any) any {
	t.Helper()
	open, err := walk.Filled(value)
	must(t, err)
	return open
}
