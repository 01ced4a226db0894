package requirements_test

import (
	"encoding/json"
	"testing"

	"tamga/documents"
	"tamga/documents/regulation"
)

// draft is what the official at a step writes. What it says of the application is left
// to the service.
func (o *office) draft(app application, a act, m move) *documents.Draft {
	o.t.Helper()
	c, l := written(o.t), letter()
	var whole struct {
		Applicant documents.Holder `json:"applicant"`
	}
	o.get("/v1/applications/"+app.ID, &whole)
	c.Applicant = whole.Applicant
	switch documents.Kind(m.Issues) {
	case documents.KindLicence:
		c.Licence.Holder, c.Licence.Licensor, c.Licence.Head = c.Applicant, l.Authority, l.Signatory
		return &documents.Draft{Licence: &c.Licence}
	case documents.KindRefusal:
		r := &c.Refusal
		r.Authority, r.Requisites, r.Position, r.Signatory = l.Authority, l.Requisites, l.Position, l.Signatory
		r.Applicant, r.Ground = c.Applicant, documents.RefusalGround(m.Ground)
		return &documents.Draft{Refusal: r}
	case documents.KindAcceptance:
		c.Acceptance.Letter, c.Acceptance.Applicant = l, c.Applicant
		return &documents.Draft{Acceptance: &c.Acceptance}
	case documents.KindApplicationCopy:
		c.ApplicationCopy.Letter, c.ApplicationCopy.Applicant = l, c.Applicant
		return &documents.Draft{ApplicationCopy: &c.ApplicationCopy}
	case documents.KindConclusion:
		c.Conclusion.Letter, c.Conclusion.Applicant, c.Conclusion.Recognised = l, c.Applicant, a.outcome != "no_value"
		return &documents.Draft{Conclusion: &c.Conclusion}
	case documents.KindApproval:
		c.Approval.Letter, c.Approval.Applicant = l, c.Applicant
		return &documents.Draft{Approval: &c.Approval}
	case documents.KindExportCertificate:
		return &documents.Draft{ExportCertificate: o.certificate(app, c)}
	}
	return &documents.Draft{Notice: o.notice(app, c, m)}
}

// conclusion is the last that the commission has come to on an application.
func (o *office) conclusion(app application) documents.Conclusion {
	o.t.Helper()
	var last documents.Conclusion
	for _, number := range app.Documents {
		if k := o.document(number).Content.Conclusion; k != nil {
			last = *k
		}
	}
	return last
}

func (o *office) certificate(app application, c contents) *documents.ExportCertificate {
	o.t.Helper()
	e, k := &c.ExportCertificate, o.conclusion(app)
	e.Letter, e.Holder, e.ReturnBy = letter(), c.Applicant, documents.CivilDate(o.clock.now().AddDate(0, 6, 0))
	e.ConclusionNumber, e.ConclusionDate = k.Number, k.IssuedOn
	return e
}

func (o *office) notice(app application, c contents, m move) *documents.Notice {
	o.t.Helper()
	n := &c.Notice
	n.Letter, n.Ground, n.Applicant, n.Detail = letter(), documents.NoticeGround(m.Ground), c.Applicant, documents.Text{}
	n.Service = documents.Text{KK: "қызмет көрсету", RU: "оказание услуги"}
	if n.Ground == documents.NoticeNoValue {
		k := o.conclusion(app)
		n.ConclusionNumber, n.ConclusionDate = k.Number, k.IssuedOn
	}
	entries := o.entries(app.ID)
	n.FailedCheck = map[regulation.Check]documents.FailedCheck{
		regulation.CheckSignaturePeriod: documents.FailedPeriod, regulation.CheckSignatureRevoked: documents.FailedRevoked,
		regulation.CheckSignatureIdentity: documents.FailedIdentity,
	}[entries[len(entries)-1].Failed]
	return n
}

// filled is a value as JSON without the members that say nothing, which the service
// would refuse: what is sent is meant.
func filled(t testing.TB, value any) any {
	t.Helper()
	raw, err := json.Marshal(value)
	must(t, err)
	var open any
	must(t, json.Unmarshal(raw, &open))
	return pruned(open)
}

// pruned leaves out of a value what is empty; nil when nothing is left.
func pruned(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name, member := range v {
			if v[name] = pruned(member); v[name] == nil {
				delete(v, name)
			}
		}
		if len(v) == 0 {
			return nil
		}
	case []any:
		for i := range v {
			v[i] = pruned(v[i])
		}
	case string:
		if v == "" || v == "0001-01-01T00:00:00Z" {
			return nil
		}
	}
	return value
}
