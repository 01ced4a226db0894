package api

import (
	"time"

	"tamga/certs"
	"tamga/documents"
	"tamga/documents/registry"
)

// publicDocument is all that anyone may see of a document in force. It holds
// no IIN, no address, nothing about the applicant of a refusal and not its
// reason (regulation, D.3). Numbers run in sequence, so whatever stands here
// can be collected for all documents.
type publicDocument struct {
	Number    string          `json:"number"`
	Kind      documents.Kind  `json:"kind"`
	Title     documents.Label `json:"title"`
	Status    publicStatus    `json:"status"`
	IssuedOn  documents.Date  `json:"issued_on"`
	Authority documents.Text  `json:"authority"` // the licensor of a licence
	Holder    *publicHolder   `json:"holder,omitempty"`
	Activity  *documents.Text `json:"activity,omitempty"`
	Signatory publicSignatory `json:"signatory"` // as on the document
	SHA256    string          `json:"sha256"`    // of the signed PDF
}

type publicStatus struct {
	Code documents.Status `json:"code"`
	documents.Label
}

// publicHolder is an organisation with its BIN, which stands in a public
// register, or a person's surname and initials.
type publicHolder struct {
	Name documents.Text `json:"name"`
	BIN  certs.BIN      `json:"bin,omitempty"`
}

type publicSignatory struct {
	Name     string         `json:"name"`
	Position documents.Text `json:"position"`
}

// public returns what anyone may see of a document.
func public(rec registry.Record) publicDocument {
	p := publicDocument{
		Number: rec.Number, Kind: rec.Kind, Title: rec.Kind.Title(),
		Status:   publicStatus{rec.Status, rec.Status.Label()},
		IssuedOn: rec.IssuedOn(), SHA256: rec.FileSHA256,
	}
	if l := rec.Content.Licence; l != nil {
		activity := l.Activity
		p.Authority, p.Activity, p.Holder = l.Licensor, &activity, publicHolderOf(l.Holder)
		// The wording of the form (order № 159, annex 3, part 1).
		p.Signatory = publicSignatory{l.Head, documents.Text{
			KK: "Басшы (уәкілетті тұлға)", RU: "Руководитель (уполномоченное лицо)",
		}}
	}
	if r := rec.Content.Refusal; r != nil {
		p.Authority = r.Authority
		p.Signatory = publicSignatory{r.Signatory, r.Position}
	}
	return p
}

func publicHolderOf(h documents.Holder) *publicHolder {
	p := &publicHolder{Name: documents.Text{KK: h.PublicName(documents.KK), RU: h.PublicName(documents.RU)}}
	if h.Legal != nil {
		p.BIN = h.Legal.BIN
	}
	return p
}

// owner is whom a document is issued to or refused to.
func owner(d documents.Draft) documents.Holder {
	switch {
	case d.Licence != nil:
		return d.Licence.Holder
	case d.Refusal != nil:
		return d.Refusal.Applicant
	}
	return documents.Holder{}
}

// ownerNumber is the IIN or BIN that a document is given out for.
func ownerNumber(d documents.Draft) string {
	h := owner(d)
	switch {
	case h.Natural != nil:
		return string(h.Natural.IIN)
	case h.Legal != nil:
		return string(h.Legal.BIN)
	}
	return ""
}

// printedTime writes a moment as people in Kazakhstan read it. The whole
// country has been in UTC+5 since 1 March 2024, and no signature of this
// service is older.
func printedTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(time.FixedZone("UTC+5", 5*60*60)).Format("02.01.2006 15:04") + " (UTC+5)"
}
