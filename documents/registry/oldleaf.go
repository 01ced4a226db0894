package registry

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"tamga/documents"
	"tamga/documents/store"
)

// OldLeaf is a record of the log as it was written before [Leaf]. Its JSON,
// with the fields in this order and no white space, is the data of the leaf.
// None is written any more, and those that were stay what they are. Their
// digests have no salt; erasing a document takes the record away and leaves its
// hash.
type OldLeaf struct {
	Number         string    `json:"number"`
	Kind           string    `json:"kind"`
	Status         string    `json:"status"` // the status that began, or the event
	ContentSHA256  string    `json:"content_sha256"`
	FileSHA256     string    `json:"file_sha256"`     // empty for void
	EvidenceSHA256 string    `json:"evidence_sha256"` // empty for void
	EffectiveAt    time.Time `json:"effective_at"`
	RecordedAt     time.Time `json:"recorded_at"`
	// EventSHA256 is of the JSON that says what else there is to the event.
	EventSHA256 string `json:"event_sha256,omitempty"`
	// Layout is what the file was made with: name, version and SHA-256.
	Layout string `json:"layout,omitempty"`
	// CheckHMAC is the HMAC-SHA256 of the check code under the content as key:
	// nobody without the content can find the code by trying.
	CheckHMAC string `json:"check_hmac,omitempty"`
}

// sumUnlessEmpty returns the hexadecimal SHA-256 of a text, and nothing for
// none.
func sumUnlessEmpty(s string) string {
	if s == "" {
		return ""
	}
	return store.HexSum([]byte(s))
}

// checkHMAC commits to a check code.
func checkHMAC(content, code string) string {
	if code == "" {
		return ""
	}
	mac := hmac.New(sha256.New, []byte(content))
	mac.Write([]byte(code))
	return hex.EncodeToString(mac.Sum(nil))
}

// parseOldLeaf reads a record of before, strictly.
func parseOldLeaf(record string) (OldLeaf, error) {
	var l OldLeaf
	if err := json.Unmarshal([]byte(record), &l); err != nil {
		return OldLeaf{}, errNotALeaf
	}
	if again, err := json.Marshal(l); err != nil || string(again) != record {
		return OldLeaf{}, errNotALeaf
	}
	return l, nil
}

// contradiction says in words how an old record differs from a document and
// from the event that it is of, or nothing.
func (l OldLeaf) contradiction(d *documentRows, e eventRow) string {
	inForce := l.Status == string(documents.StatusInForce)
	void := l.Status == string(documents.StatusVoid)
	switch {
	case l.Number != d.number:
		return "the record is about document " + l.Number
	case l.Kind != d.kind:
		return "the kind of the document was changed"
	case (inForce || void) && l.Status != d.text("status"):
		return "the status of the document was changed"
	case l.ContentSHA256 != store.HexSum([]byte(d.text("content"))):
		return "the content of the document was changed"
	case l.CheckHMAC != checkHMAC(d.text("content"), d.text("check_code")):
		return "the check code was changed"
	case l.Layout != d.text("layout"):
		return "the layout was changed"
	case inForce && l.FileSHA256 != d.text("file_sha256"):
		return "the file was changed"
	case inForce && l.EvidenceSHA256 != store.HexSum([]byte(d.text("evidence"))):
		return "the evidence was changed"
	case e.kind != l.Status:
		return "the event is missing or was changed"
	case l.EventSHA256 != sumUnlessEmpty(asText(e.row["events.data"])):
		return "what the event says was changed"
	case e.effective != store.Micros(l.EffectiveAt) || e.recorded != store.Micros(l.RecordedAt):
		return "the time of the event was changed"
	}
	return ""
}
