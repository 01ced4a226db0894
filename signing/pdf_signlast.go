package signing

import (
	"fmt"

	"tamga/certs"
	"tamga/signing/pades"
	"tamga/signing/tsp"
)

// AddDSS adds what a later validation needs to the document security store of a
// PDF (EN 319 142-1 section 5.4.2), in a revision of its own: B-T becomes B-LT.
// The store is merged with the one that is there; see [pades.Document.AppendDSS],
// and [pades.Document.VRIKeys] for the keys of add.VRI. When the store holds
// everything already, the file is returned as it is.
//
// The errors are those of [SignExistingPDF] about files, [pades.ErrNotDER], and
// [pades.ErrRevision] for evidence about no signature of the file.
func AddDSS(file []byte, add pades.DSS) ([]byte, error) {
	doc, err := readForRevision(file)
	if err != nil {
		return nil, fmt.Errorf("add evidence to PDF: %w", err)
	}
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

// AddDocTimestamp adds a document timestamp (EN 319 142-1 section 5.4.3) to a
// PDF, in a revision of its own: over evidence, B-LT becomes B-LTA. stamp is
// given the imprint of the file, SHA-256, and returns the RFC 3161 token; it is
// called again when the token does not fit its place. Whether the token is worth
// anything is for stamp to find out; here it must be a token about this file.
//
// The errors are those of [SignExistingPDF] about files, [tsp.ErrMalformed] and
// [tsp.ErrImprint] about tokens, and what stamp returns.
func AddDocTimestamp(file []byte, stamp func(tsp.Imprint) (token []byte, err error)) ([]byte, error) {
	doc, err := readForRevision(file)
	if err != nil {
		return nil, fmt.Errorf("add timestamp to PDF: %w", err)
	}
	room := timestampRoom
	for again := false; ; again = true {
		out, need, err := stampRevision(file, doc, room, stamp)
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
func stampRevision(file []byte, doc *pades.Document, room int, stamp func(tsp.Imprint) ([]byte, error)) (out []byte, need int, err error) {
	prepared, err := doc.PrepareTimestamp(room)
	if err != nil {
		return nil, 0, err
	}
	parts := prepared.SignedBytes()
	imprint := tsp.NewImprint(certs.SHA256, parts[0], parts[1])
	raw, err := stamp(imprint)
	if err != nil {
		return nil, 0, err
	}
	token, err := tsp.ParseToken(raw)
	if err != nil {
		return nil, 0, err
	}
	if !token.Info.Imprint.Equal(imprint) {
		return nil, 0, tsp.ErrImprint
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
