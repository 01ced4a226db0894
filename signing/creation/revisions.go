package creation

import (
	"fmt"

	"tamga/certs"
	"tamga/signing/pades"
)

// addDSS adds what a later validation needs to the document security store of a
// PDF (EN 319 142-1 section 5.4.2), in a revision of its own. The store is merged
// with the one that is there; see [pades.Document.AppendDSS]. When the store holds
// everything already, the file is returned as it is.
func addDSS(file []byte, doc *pades.Document, add pades.DSS) ([]byte, error) {
	out, err := doc.AppendDSS(add)
	if err != nil {
		return nil, fmt.Errorf("add evidence to PDF: %w", err)
	}
	if len(out) == len(file) {
		return file, nil
	}
	if _, err := checkRevision(file, doc, out); err != nil {
		return nil, fmt.Errorf("add evidence to PDF: %w", err)
	}
	return out, nil
}

// timestampRoom is the place for a document timestamp at first: a token with a
// chain of certificates takes five to nine thousand bytes.
const timestampRoom = 16 << 10

// addDocTimestamp adds a document timestamp (EN 319 142-1 section 5.4.3) over the
// file, SHA-256, in a revision of its own. The authority is asked again when the
// token does not fit its place.
func (m *making) addDocTimestamp(file []byte, doc *pades.Document) ([]byte, error) {
	room := timestampRoom
	for again := false; ; again = true {
		out, need, err := m.stampRevision(file, doc, room)
		if err == nil && need > room && !again {
			room = need + 256
			continue
		}
		if err == nil && need > room {
			err = &tooSmallError{need: need, room: room}
		}
		if err != nil {
			return nil, fmt.Errorf("add timestamp to PDF: %w", err)
		}
		return out, nil
	}
}

// stampRevision adds the revision, or says how much room the token needs.
func (m *making) stampRevision(file []byte, doc *pades.Document, room int) (out []byte, need int, err error) {
	prepared, err := doc.PrepareTimestamp(room)
	if err != nil {
		return nil, 0, err
	}
	parts := prepared.SignedBytes()
	raw, err := m.with.stamp(m.ctx, certs.SHA256, parts[0], parts[1])
	if err != nil {
		return nil, 0, err
	}
	if len(raw) > room {
		return nil, len(raw), nil
	}
	if out, err = prepared.Fill(raw); err != nil {
		return nil, 0, err
	}
	added, err := checkRevision(file, doc, out)
	if err != nil {
		return nil, 0, err
	}
	if err := added.checkPlace(parts); err != nil {
		return nil, 0, err
	}
	if added.Kind != pades.KindTimestamp {
		return nil, 0, fmt.Errorf("%w: the timestamp is read as something else", ErrOutput)
	}
	return out, 0, nil
}
