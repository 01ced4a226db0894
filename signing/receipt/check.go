package receipt

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"tamga/signing"
)

// CheckType says that the JSON is the receipt of the check of a document.
const CheckType = "tamga.check-receipt"

// Statement is what a receipt of either type comes to.
type Statement struct {
	Type       string
	ID         string
	Service    string // its own word: whose receipt it is says its signature
	AnsweredAt time.Time
	AskedAt    time.Time // the moment asked about
	// FileSHA256 is that of the file that was judged, in hexadecimal; FileSize is
	// zero where the receipt does not tell it.
	FileSHA256    string
	FileSize      int
	Indication    signing.Indication
	SubIndication signing.SubIndication
	Acceptance    signing.Acceptance
	Summary       signing.Text
	Number        string // of the document that was checked, and Status what it was
	Status        string
}

// checked is what is read of the receipt of a check, which the service answers
// with under /v1/check.
type checked struct {
	Type       string    `json:"type"`
	Version    int       `json:"version"`
	ID         string    `json:"id"`
	Service    string    `json:"service"`
	AnsweredAt time.Time `json:"answered_at"`
	Answer     struct {
		Number   string              `json:"number"`
		SHA256   string              `json:"sha256"`
		StatusAt time.Time           `json:"status_at"`
		Status   status              `json:"status"`
		Original *status             `json:"of_status"`
		Facts    signing.CheckStatus `json:"integrity"`
		File     *struct {
			SHA256 string `json:"sha256"`
			Ours   bool   `json:"ours"`
		} `json:"file"`
		Signature struct {
			Indication    signing.Indication    `json:"indication"`
			SubIndication signing.SubIndication `json:"sub_indication"`
			Acceptance    signing.Acceptance    `json:"acceptance"`
			Summary       signing.Text          `json:"summary"`
		} `json:"signature"`
	} `json:"answer"`
}

type status struct {
	Code string `json:"code"`
}

// inForce is the status of a document that holds (documents.StatusInForce).
const inForce = "in_force"

// ReadStatement reads the content of the signature of a receipt of either type.
// The error wraps [ErrNotReceipt].
func ReadStatement(content []byte) (Statement, error) {
	var head struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(content, &head); err != nil {
		return Statement{}, fmt.Errorf("%w: what is signed is not its JSON", ErrNotReceipt)
	}
	if head.Type == CheckType {
		return readCheck(content)
	}
	r, err := Parse(content)
	if err != nil {
		return Statement{}, err
	}
	v := r.Verdict
	return Statement{
		Type: Type, ID: r.ID, Service: r.Service, AnsweredAt: r.AnsweredAt, AskedAt: r.Asked.At,
		FileSHA256: r.Asked.FileSHA256, FileSize: r.Asked.FileSize,
		Indication: v.Indication, SubIndication: v.SubIndication, Acceptance: acceptance(v.Acceptance, v.Indication), Summary: v.Summary,
	}, nil
}

func readCheck(content []byte) (Statement, error) {
	var r checked
	if err := json.Unmarshal(content, &r); err != nil {
		return Statement{}, fmt.Errorf("%w: what is signed is not its JSON", ErrNotReceipt)
	}
	if r.Version != 1 || r.ID == "" {
		return Statement{}, fmt.Errorf("%w: of version %d", ErrNotReceipt, r.Version)
	}
	a := &r.Answer
	s := Statement{
		Type: CheckType, ID: r.ID, Service: r.Service, AnsweredAt: r.AnsweredAt, AskedAt: a.StatusAt, FileSHA256: a.SHA256,
		Indication: a.Signature.Indication, SubIndication: a.Signature.SubIndication, Summary: a.Signature.Summary,
		Acceptance: acceptance(a.Signature.Acceptance, a.Signature.Indication), Number: a.Number, Status: a.Status.Code,
	}
	ours := true
	if a.File != nil {
		s.FileSHA256, ours = a.File.SHA256, a.File.Ours
	}
	if a.Original != nil && s.Status == inForce {
		s.Status = a.Original.Code // a copy holds as long as what it copies
	}
	switch {
	case !ours, a.Facts == signing.CheckFailed, s.Status != inForce:
		s.Acceptance = signing.Refused
	case a.Facts != signing.CheckPassed && s.Acceptance == signing.Accepted:
		s.Acceptance = signing.Undecided
	}
	return s, nil
}

// acceptance is what an answer came to. Receipts of earlier versions have the
// indication alone.
func acceptance(a signing.Acceptance, i signing.Indication) signing.Acceptance {
	switch {
	case a != "":
		return a
	case i == signing.TotalPassed:
		return signing.Accepted
	case i == signing.Indeterminate:
		return signing.Undecided
	}
	return signing.Refused
}

// About reports whether the receipt is about this file.
func (s Statement) About(file []byte) bool {
	sum := sha256.Sum256(file)
	return s.FileSHA256 == hex.EncodeToString(sum[:]) && (s.FileSize == 0 || s.FileSize == len(file))
}
