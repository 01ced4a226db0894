package seal

import (
	"fmt"
	"time"

	"tamga/documents"
)

// List names the documents that are, or will be, without force, and the copies of
// such documents. A document that it does not name was in force when the list
// was issued, if its seal holds and its term has not ended.
type List struct {
	IssuedAt   time.Time // to the second
	NextUpdate time.Time // after it the list is old news
	Entries    []Entry   // in the order of the numbers
}

// Entry is a change of the status of a document; a document may have several,
// in the order of their moments. In force ends what was before.
type Entry struct {
	Number string
	Status documents.Status
	At     time.Time // to the second
}

// The keys of the list's map. They never change their meaning.
const (
	keyIssuedAt = iota + 1
	keyNextUpdate
	keyEntries
)

// SignList returns the signed list as a COSE_Sign1 message.
func (k Key) SignList(l List) ([]byte, error) {
	entries := head(nil, majorArray, uint64(len(l.Entries)))
	for _, e := range l.Entries {
		entries = head(entries, majorArray, 3)
		entries = appendText(entries, e.Number)
		entries = appendText(entries, string(e.Status))
		entries = appendInt(entries, e.At.Unix())
	}
	return k.sign(typeList, appendMap(nil,
		pair{keyIssuedAt, appendInt(nil, l.IssuedAt.Unix())},
		pair{keyNextUpdate, appendInt(nil, l.NextUpdate.Unix())},
		pair{keyEntries, entries}))
}

// OpenList returns what a signed list says, if one of the keys has signed it.
func OpenList(message []byte, keys []PublicKey) (List, error) {
	payload, err := verify(message, typeList, keys)
	if err != nil {
		return List{}, err
	}
	var l List
	r := &reader{rest: payload}
	said := 0
	r.entries(func(key int64) {
		said++
		switch key {
		case keyIssuedAt:
			l.IssuedAt = time.Unix(r.int(), 0).UTC()
		case keyNextUpdate:
			l.NextUpdate = time.Unix(r.int(), 0).UTC()
		case keyEntries:
			r.elements(func() {
				if r.head(majorArray) != 3 {
					r.fail()
					return
				}
				l.Entries = append(l.Entries, Entry{r.text(), documents.Status(r.text()), time.Unix(r.int(), 0).UTC()})
			})
		default:
			r.fail()
		}
	})
	if r.end() != nil || said != keyEntries || l.IssuedAt.Unix() <= 0 || l.NextUpdate.Before(l.IssuedAt) {
		return List{}, fmt.Errorf("%w: signed, and not understood", ErrMalformed)
	}
	return l, nil
}

// StatusAt returns what the list says about a document at a moment: in force
// unless it says otherwise.
func (l List) StatusAt(number string, at time.Time) documents.Status {
	status := documents.StatusInForce
	for _, e := range l.Entries {
		if e.Number == number && !e.At.After(at) {
			status = e.Status
		}
	}
	return status
}
