package registry

import (
	"context"
	"fmt"
	"strings"

	"tamga/documents"
	"tamga/documents/store"
)

// series is a kind and a year, in which numbers run.
type series struct {
	kind string
	year int
}

// verifyDocuments checks every document with all that belongs to it, and
// returns how many numbers of each series are taken.
func verifyDocuments(ctx context.Context, db store.Reader) (map[series]int64, error) {
	taken := map[series]int64{}
	const batch = 200
	for after := ""; ; {
		numbers, err := readValues(ctx, db, 1, `
			SELECT number FROM documents WHERE number > $1 ORDER BY number LIMIT $2`, after, batch)
		if err != nil {
			return nil, fmt.Errorf("failed to list the documents: %w", err)
		}
		for _, v := range numbers {
			after = asText(v)
			if _, ok := v.(string); !ok {
				return nil, &TamperError{Index: -1, Number: after, Reason: "the number is not text"}
			}
			d, err := readDocument(ctx, db, after)
			if err != nil {
				return nil, err
			}
			if idx, reason := d.contradiction(); reason != "" {
				return nil, &TamperError{Index: idx, Number: after, Reason: reason}
			}
			if n, err := documents.ParseNumber(after); err == nil {
				taken[series{string(n.Series), n.Year}]++
			}
		}
		if len(numbers) < batch {
			return taken, nil
		}
	}
}

// contradiction says in words how a document differs from its records, or
// nothing, and in which record that shows; -1 if in none.
func (d *documentRows) contradiction() (idx int64, reason string) {
	if len(d.records) == 0 {
		return -1, "the log has no record of the document"
	}
	for _, check := range []func() (int64, string){d.wrongRecord, d.wrongRow, d.wrongFile, d.wrongEvent, d.wrongRequest, d.wrongLists, d.wrongOrder} {
		if idx, reason := check(); reason != "" {
			return idx, reason
		}
	}
	return 0, ""
}

// wrongRecord looks for records without the salt that they need, with one that
// they must not have, and behind an erasure.
func (d *documentRows) wrongRecord() (int64, string) {
	last := len(d.records) - 1
	if d.records[last].leaf == nil {
		return d.records[last].idx, "no record covers the document as it is"
	}
	for i, r := range d.records {
		gone := d.erased && i < last
		switch {
		case gone && (r.old != nil || r.salt != nil):
			return r.idx, "what was erased is there"
		case !gone && r.leaf == nil && r.old == nil:
			return r.idx, "the record is missing"
		case !gone && r.leaf != nil && r.salt == nil:
			return r.idx, "the salt of the record is missing"
		case !gone && r.leaf != nil && !r.leaf.saltedBy(r.salt):
			return r.idx, "the salt of the record was changed"
		case r.old != nil && r.salt != nil:
			return r.idx, "a record without digests has a salt"
		case r.leaf != nil && i < last && r.leaf.Event == string(documents.EventErased):
			return r.idx, "the document was erased, and has a later record"
		case r.leaf != nil && r.leaf.Kind != d.kind:
			return r.idx, "the kind of the document was changed"
		}
	}
	return 0, ""
}

// wrongRow compares the document with its last record.
func (d *documentRows) wrongRow() (int64, string) {
	last := d.records[len(d.records)-1]
	column := d.row.differs(*last.leaf, last.salt, "documents")
	if column == "" {
		return 0, ""
	}
	return last.idx, "the " + strings.ReplaceAll(column, "_", " ") + " of the document was changed"
}

// wrongFile compares the file with its sum, which the last record has.
func (d *documentRows) wrongFile() (int64, string) {
	idx := d.records[len(d.records)-1].idx
	signed := d.text("status") == string(documents.StatusInForce) && !d.erased
	switch {
	case signed && d.file == nil:
		return idx, "the file is missing"
	case signed && store.HexSum(d.file) != d.text("file_sha256"):
		return idx, "the file was changed"
	case !signed && d.file != nil:
		return idx, "there is a file, and should be none"
	}
	return 0, ""
}

// wrongEvent compares every event with its record.
func (d *documentRows) wrongEvent() (int64, string) {
	for i, e := range d.events {
		r := d.recordOf(e)
		if e.seq != int64(i+1) {
			return indexOf(r), fmt.Sprintf("event %d is missing", i+1)
		}
		if r == nil && !d.adoptedWithout(e) {
			return -1, fmt.Sprintf("the log has no record of event %d", e.seq)
		}
		if r == nil {
			continue
		}
		if r.seen {
			return r.idx, "the record belongs to another event"
		}
		r.seen = true
		if reason := d.wrongInEvent(e, r); reason != "" {
			return r.idx, reason
		}
	}
	for _, r := range d.records {
		if !r.seen && (r.leaf == nil || r.leaf.Event != leafAdopted) {
			return r.idx, "the event is missing or was changed"
		}
	}
	return 0, ""
}

func indexOf(r *storedLeaf) int64 {
	if r == nil {
		return -1
	}
	return r.idx
}

// recordOf returns the record that an event is tied to.
func (d *documentRows) recordOf(e eventRow) *storedLeaf {
	for i := range d.records {
		r := &d.records[i]
		if e.logIdx.Valid && r.idx == e.logIdx.Int64 && r != d.adopted {
			return r
		}
	}
	return nil
}

// adoptedWithout reports whether an event is a reservation of before, which has
// no record of its own.
func (d *documentRows) adoptedWithout(e eventRow) bool {
	return d.adopted != nil && e.all[6] == nil && e.seq == 1 && e.kind == string(documents.EventReserved)
}

func (d *documentRows) wrongInEvent(e eventRow, r *storedLeaf) string {
	switch {
	case r.leaf == nil && r.old == nil:
		return "" // erased: the last record covers all events
	case r.old != nil:
		return r.old.contradiction(d, e)
	case int64(r.leaf.Seq) != e.seq:
		return fmt.Sprintf("the event is not at its place %d", r.leaf.Seq)
	case r.leaf.Event != e.kind:
		return "the event is missing or was changed"
	case store.Micros(r.leaf.EffectiveAt) != e.effective || store.Micros(r.leaf.RecordedAt) != e.recorded:
		return "the time of the event was changed"
	case r.salt == nil:
		return ""
	case e.row.differs(*r.leaf, r.salt, "events") != "":
		return "what the event says was changed"
	}
	return ""
}

// wrongRequest compares the requests with the records of what they asked for.
func (d *documentRows) wrongRequest() (int64, string) {
	matched := 0
	for _, r := range d.records {
		if r.leaf == nil || r.leaf.Event == leafAdopted {
			continue
		}
		asked := d.requestsFor(*r.leaf)
		_, expected := r.leaf.Digests["requests.client"]
		if expected && len(asked) != 1 {
			return r.idx, "the request is missing or was changed"
		}
		if !expected && len(asked) != 0 && !d.adoptedRequest(asked[0]) {
			return r.idx, "the record knows of no request"
		}
		if expected && r.salt != nil {
			if column := asked[0].row.differs(*r.leaf, r.salt, "requests"); column != "" {
				return r.idx, "the " + strings.ReplaceAll(column, "_", " ") + " of the request was changed"
			}
		}
		if expected {
			matched++
		}
	}
	for _, q := range d.requests {
		if d.adoptedRequest(q) {
			matched++
		}
	}
	if matched != len(d.requests) {
		return -1, "the log has no record of a request"
	}
	return 0, ""
}

// requestsFor returns the requests for what a record says: that for the
// document itself names no event.
func (d *documentRows) requestsFor(l Leaf) []requestRow {
	want := int64(l.Seq)
	if want == 1 {
		want = 0
	}
	var found []requestRow
	for _, q := range d.requests {
		if q.event == want {
			found = append(found, q)
		}
	}
	return found
}

func (d *documentRows) adoptedRequest(q requestRow) bool {
	return d.adopted != nil && q.event <= int64(d.adopted.leaf.Seq)
}

// wrongLists compares the lists of rows with the records that have digests of
// them: all that was there when the document was adopted, and when it was
// erased. The record that erases has a digest of its own event.
func (d *documentRows) wrongLists() (int64, string) {
	last := &d.records[len(d.records)-1]
	for _, r := range []*storedLeaf{d.adopted, last} {
		if r == nil || r.salt == nil || r == last && r != d.adopted && !d.erased {
			continue
		}
		until := int64(r.leaf.Seq)
		if r != d.adopted {
			until--
		}
		events, requests := listed(d.events, d.requests, until)
		if !r.leaf.opens(r.salt, allEvents, events...) {
			return r.idx, "the events until then were changed"
		}
		if !r.leaf.opens(r.salt, allRequests, requests...) {
			return r.idx, "the requests until then were changed"
		}
	}
	return 0, ""
}

// wrongOrder compares the places of the events with the order in which they were
// recorded: records of before do not say which place an event has, and one that
// adopts covers the places as it found them.
func (d *documentRows) wrongOrder() (int64, string) {
	last := int64(-1)
	for _, e := range d.events {
		if !e.logIdx.Valid {
			continue
		}
		if e.logIdx.Int64 < last {
			return e.logIdx.Int64, fmt.Sprintf("event %d stands behind a later one", e.seq)
		}
		last = e.logIdx.Int64
	}
	return 0, ""
}

// listed returns what the digests of the lists are over.
func listed(events []eventRow, requests []requestRow, until int64) (eventValues, requestValues []any) {
	for _, e := range events {
		if e.seq <= until {
			eventValues = append(eventValues, e.all...)
		}
	}
	for _, q := range requests {
		if q.event <= until {
			requestValues = append(requestValues, q.all...)
		}
	}
	return eventValues, requestValues
}
