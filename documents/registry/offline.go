package registry

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tamga/documents"
	"tamga/documents/seal"
)

// checkAddress is the address of the check with the check code, as the document
// prints it.
func (r *Registry) checkAddress(held Reservation) string {
	if held.code == "" {
		return r.Address.checkURL(held.number) // of an old reservation
	}
	return r.Address.checkURL(held.number) + "/" + held.code
}

// longestQR is how many characters a code of readable size takes: see pdf.Meta.
const longestQR = 560

// qr returns the text of a document's QR code: the address of the check and, in
// the fragment, which no server sees, the seal. A seal that does not fit beside
// a long address names the activity and the holder no more; the rest of it,
// with the digest of the content, always comes before them.
func (r *Registry) qr(held Reservation) (string, error) {
	text := r.checkAddress(held)
	if r.SealKey.IsZero() {
		return text, nil
	}
	p := sealed(held)
	for _, shorten := range []func(){func() {}, func() { p.Activity = "" }, func() { p.Holder = "" }} {
		shorten()
		s, err := r.SealKey.Seal(p)
		if err != nil {
			return "", fmt.Errorf("failed to seal document %s: %w", held.number, err)
		}
		if len(text)+1+len(s) <= longestQR {
			return text + "#" + s, nil
		}
	}
	return text, nil
}

// sealed is what the seal says of a document.
func sealed(held Reservation) seal.Payload {
	p := seal.Payload{
		Kind: held.content.Kind(), Number: held.number, IssuedOn: held.content.IssuedOn(),
		ValidUntil: held.content.ValidUntil(),
	}
	// The register computed the sum; if it is none, the digest stays zero and
	// agrees with no content.
	if sum, err := hex.DecodeString(held.sum); err == nil {
		copy(p.Digest[:], sum)
	}
	switch c := held.content; {
	case c.Licence != nil:
		p.Holder, p.Activity = c.Owner().PublicName(documents.KK), c.Licence.Activity.KK
	case c.Duplicate != nil && c.Duplicate.Licence != nil:
		p.Holder, p.Activity = c.Owner().PublicName(documents.KK), c.Duplicate.Licence.Activity.KK
	case c.PaperCopy != nil:
		p.Holder = c.Owner().PublicName(documents.KK)
	case c.ExportCertificate != nil:
		p.Holder, p.Activity = c.Owner().PublicName(documents.KK), c.ExportCertificate.Purpose.Label().KK
	case c.Approval != nil:
		p.Holder, p.Activity = c.Owner().PublicName(documents.KK), c.Approval.Monument.KK
	}
	return p
}

// statusListFor is how long a status list is news.
const statusListFor = time.Hour

// StatusList returns what has become, or will become, of the documents that
// are not simply in force, for those who check without the network. It is
// read in one pass.
func (r *Registry) StatusList(ctx context.Context) (_ seal.List, err error) {
	ctx, end := r.Store.Bounded(ctx)
	defer end(&err)
	now := r.now().Truncate(time.Second)
	list := seal.List{IssuedAt: now, NextUpdate: now.Add(statusListFor)}
	rows, err := r.Store.QueryContext(ctx, `
		SELECT e.number, d.kind, CASE WHEN d.kind IN ('licence', 'export_certificate') THEN d.content ELSE '' END,
			CASE WHEN `+isCopy+` THEN d.about ELSE '' END, `+eventColumns+`
		FROM events e JOIN documents d ON d.number = e.number
		WHERE e.number IN (
			SELECT number FROM events
			WHERE kind NOT IN ('reserved', 'in_force', 'entered', 'void', 'duplicate_issued', 'certified_on_paper', 'rectified', 'erased')
			UNION SELECT d.number FROM documents d WHERE `+isCopy+`
			UNION SELECT d.about FROM documents d WHERE `+isCopy+`)
		ORDER BY e.number, e.seq`)
	if err != nil {
		return seal.List{}, fmt.Errorf("failed to read the statuses: %w", err)
	}
	defer rows.Close()
	var lives []*listedLife
	byNumber := map[string]*listedLife{}
	for rows.Next() {
		var number, kind, content, of string
		e, err := scanEvent(rows.Scan, &number, &kind, &content, &of)
		if err != nil {
			return seal.List{}, fmt.Errorf("failed to read the statuses: %w", err)
		}
		l := byNumber[number]
		if l == nil {
			l = &listedLife{number: number, of: of, life: documents.Life{Kind: documents.Kind(kind)}}
			lives, byNumber[number] = append(lives, l), l
			var draft documents.Draft
			if content != "" && json.Unmarshal([]byte(content), &draft) == nil {
				l.life.ValidUntil = draft.ValidUntil()
			}
		}
		l.life.Events = append(l.life.Events, e)
	}
	if err := rows.Err(); err != nil {
		return seal.List{}, fmt.Errorf("failed to read the statuses: %w", err)
	}
	for _, l := range lives {
		if original := byNumber[l.of]; original != nil {
			list.Entries = append(list.Entries, l.entriesWith(original.life)...)
		} else {
			list.Entries = append(list.Entries, entries(l.number, l.life)...)
		}
	}
	return list, nil
}

// isCopy is the condition that a document d repeats another one. That it is about
// one at all has an index.
const isCopy = `d.about > '' AND d.kind IN ('duplicate', 'paper_copy')`

// listedLife is the life of a document that the list may name, and the number of
// the document that it copies.
type listedLife struct {
	number, of string
	life       documents.Life
}

// entriesWith are the changes of what a copy is worth: while it is in force
// itself, as much as its original.
func (l *listedLife) entriesWith(original documents.Life) []seal.Entry {
	var issued time.Time
	var moments []time.Time
	for _, t := range l.life.Turns() {
		if issued.IsZero() && t.Status == documents.StatusInForce {
			issued = t.At
		}
		moments = append(moments, t.At)
	}
	if issued.IsZero() {
		return nil
	}
	for _, t := range original.Turns() {
		moments = append(moments, t.At)
	}
	slices.SortFunc(moments, time.Time.Compare)
	var list []seal.Entry
	last := documents.StatusInForce
	for _, at := range moments {
		status := l.life.StatusAt(at)
		if status == documents.StatusInForce {
			status = original.StatusAt(at)
		}
		if at.After(issued) && status != last {
			list = append(list, seal.Entry{Number: l.number, Status: status, At: at.Truncate(time.Second)})
			last = status
		}
	}
	return list
}

// entries are the turns of a life after the document was issued.
func entries(number string, life documents.Life) []seal.Entry {
	var list []seal.Entry
	issued := false
	for _, t := range life.Turns() {
		if issued {
			list = append(list, seal.Entry{Number: number, Status: t.Status, At: t.At.Truncate(time.Second)})
		}
		issued = issued || t.Status == documents.StatusInForce
	}
	return list
}
