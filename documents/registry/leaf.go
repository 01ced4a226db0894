package registry

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"tamga/documents/store"
)

// What the records of the log are about.
const (
	subjectDocument   = "document"
	subjectClient     = "client"
	subjectExtension  = "extension"
	subjectPhotograph = "photograph"
	subjectSealKey    = "seal_key"
	subjectAddress    = "address"
	subjectAnswer     = "answer"
	subjectRule       = "rule"
	subjectAct        = "act"

	subjectCorrectedFile = "corrected_file"
	subjectActSignature  = "act_signature"

	subjectApplication      = "application"
	subjectEntry            = "application_entry"
	subjectSignature        = "application_signature"
	subjectWait             = "application_wait"
	subjectAttachment       = "attachment"
	subjectLook             = "look"
	subjectErasure          = "application_erasure"
	subjectPreparation      = "preparation"
	subjectPayment          = "payment"
	subjectConfirmation     = "payment_confirmation"
	subjectConsent          = "consent"
	subjectPerson           = "person"
	subjectAccount          = "account"
	subjectDuty             = "duty"
	subjectPower            = "power"
	subjectContact          = "contact"
	subjectMessage          = "message"
	subjectReminder         = "reminder"
	subjectInvitation       = "questionnaire_invitation"
	subjectQuestionnaireKey = "questionnaire_key"
	subjectGatewayMessage   = "gateway_message"
	subjectGatewayStatus    = "gateway_status"
)

// leafAdopted says that a row was found in the tables when the log began to cover
// them. What else records say is an event of a document or a word of
// [store.Change].
const leafAdopted = "adopted"

// leafVersion is the only version that is written. It never changes its
// meaning: a column that the tables gain is a digest of another name.
const leafVersion = 2

// Leaf is one record of the log: that something happened to a subject, and what
// the tables said of it then. Its JSON by RFC 8785 (members in the order of
// their names, no white space; all text is ASCII) is the data of a leaf of the
// Merkle tree (RFC 6962 section 2.1, as in golang.org/x/mod/sumdb/tlog) and, as
// bytes, an entry of its tiles (c2sp.org/tlog-tiles).
//
// It may be shown to anyone. What it says openly is not personal; everything
// else is in Digests, by table and column: the HMAC-SHA256 of the value under
// a key that is the HMAC-SHA256 of the digest's name under the salt of the leaf.
// The salt, 32 random bytes, is in no leaf. With it the values can be compared;
// a single digest can be opened by handing out its key. Once the salt is erased
// the digests tell nothing any more, not even to whoever can list all values
// that are possible.
//
// A record about a document has the digests of all columns of its row in
// documents as they are after the event, those of the event's own row, and
// those of the request that asked for it. Records that an event is missing
// from (adopted) and after which the others' salts are gone (erased) also have
// digests of all rows in events and requests. The digest named salt is over
// nothing: it shows that the salt is the one of the leaf, whatever became of the
// rows.
type Leaf struct {
	// Act is the SHA-256 of the signed act that the event is, in hexadecimal, so that
	// whoever holds the act can show that it is the one of the log; it tells nothing
	// to anyone else.
	Act         string            `json:"act,omitempty"`
	Digests     map[string]string `json:"digests"`
	EffectiveAt time.Time         `json:"effective_at,omitzero"` // of an event of a document
	Event       string            `json:"event"`                 // what happened, or the status that began
	Kind        string            `json:"kind,omitempty"`        // of a document
	Number      string            `json:"number,omitempty"`      // of a document; ids of others are in digests
	RecordedAt  time.Time         `json:"recorded_at"`
	Seq         int               `json:"seq"` // of the subject's events, from 1
	Subject     string            `json:"subject"`
	Version     int               `json:"version"`
}

// errNotALeaf means that a record is not the JSON of a [Leaf] as it is written.
var errNotALeaf = errors.New("not a record as this program writes it")

// parseLeaf reads a record, strictly: what is not written in exactly this way
// is none.
func parseLeaf(record string) (Leaf, error) {
	var l Leaf
	if err := json.Unmarshal([]byte(record), &l); err != nil {
		return Leaf{}, fmt.Errorf("%w: %w", errNotALeaf, err)
	}
	l.EffectiveAt, l.RecordedAt = l.EffectiveAt.UTC(), l.RecordedAt.UTC()
	again, err := json.Marshal(l)
	if err != nil || string(again) != record || l.Version != leafVersion {
		return Leaf{}, errNotALeaf
	}
	return l, nil
}

// commit adds the digest of a value. A digest with a value for each of several
// columns covers them together.
func (l *Leaf) commit(salt []byte, name string, values ...any) {
	if l.Digests == nil {
		l.Digests = map[string]string{}
	}
	l.Digests[name] = digest(salt, name, values)
}

// opens reports whether the digest of this name is that of the values.
func (l Leaf) opens(salt []byte, name string, values ...any) bool {
	return hmac.Equal([]byte(l.Digests[name]), []byte(digest(salt, name, values)))
}

// The salt of a leaf, and the name of the digest that commits to it.
const (
	saltLength = 32
	saltDigest = "salt"
)

// newSalt returns the salt of one leaf.
func newSalt(tx *store.Tx) []byte { return tx.RandomBytes(saltLength) }

// saltedBy reports whether a salt is the one that the digests were made with.
// The length counts: HMAC takes a key and the same with zeros behind it as one.
func (l Leaf) saltedBy(salt []byte) bool { return len(salt) == saltLength && l.opens(salt, saltDigest) }

func digest(salt []byte, name string, values []any) string {
	key := hmac.New(sha256.New, salt)
	key.Write([]byte(name))
	mac := hmac.New(sha256.New, key.Sum(nil))
	for _, v := range values {
		mac.Write(encodeValue(v))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// encodeValue writes a value of a column so that no two values of any columns
// are the same bytes, one after another: a byte for what it is, and its length
// before its bytes. Text and bytes are not told apart, as the engines do not
// tell them apart when they are read.
func encodeValue(v any) []byte {
	const null, text, integer, other = 0, 1, 2, 3
	tagged := func(tag byte, b []byte) []byte {
		return append(binary.BigEndian.AppendUint64([]byte{tag}, uint64(len(b))), b...)
	}
	switch v := v.(type) {
	case nil:
		return tagged(null, nil)
	case string:
		return tagged(text, []byte(v))
	case []byte:
		return tagged(text, v)
	case int64:
		return tagged(integer, strconv.AppendInt(nil, v, 10))
	}
	return tagged(other, fmt.Append(nil, v)) // no column of ours has such a value, unless it was put there
}
