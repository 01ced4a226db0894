package creation

import (
	"bytes"
	"fmt"

	"tamga/signing/pades"
)

// checkRevision reads a file that was given a revision and compares it with what
// it was: every old byte and every old signature must still be there, and the
// revision must be one that each of them allows. It returns the new signature,
// nil when there is none.
func checkRevision(file []byte, before *pades.Document, out []byte) (*addedSignature, error) {
	if !bytes.HasPrefix(out, file) {
		return nil, fmt.Errorf("%w: it does not begin with the file", ErrOutput)
	}
	after, err := pades.Read(out)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOutput, err)
	}
	if err := after.Sound(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOutput, err)
	}
	if len(after.Revisions) != len(before.Revisions)+1 {
		return nil, fmt.Errorf("%w: %d revisions after %d", ErrOutput, len(after.Revisions), len(before.Revisions))
	}
	old := len(before.Signatures)
	if n := len(after.Signatures); n < old || n > old+1 {
		return nil, fmt.Errorf("%w: %d signatures after %d", ErrOutput, n, old)
	}
	for i, was := range before.Signatures {
		is := after.Signatures[i]
		if was.ID != is.ID || was.ByteRange != is.ByteRange || !bytes.Equal(was.Contents, is.Contents) ||
			was.Field != is.Field || was.Certification != is.Certification {
			return nil, fmt.Errorf("%w: signature %s is no longer the same", ErrOutput, was.ID)
		}
	}
	if err := permitsRevision(after, old); err != nil {
		return nil, err
	}
	if len(after.Signatures) == old {
		return nil, nil
	}
	return &addedSignature{after, after.Signatures[old]}, nil
}

// addedSignature is the signature of a revision of ours, as read back.
type addedSignature struct {
	doc *pades.Document
	pades.Signature
}

// checkPlace applies what must hold for anything that we sign or have stamped.
// parts is what was digested.
func (s *addedSignature) checkPlace(parts [2][]byte) error {
	if s == nil {
		return fmt.Errorf("%w: the signature is not found again", ErrOutput)
	}
	found := s.doc.SignedBytes(s.Signature)
	if !s.CoversWholeFile || len(s.Problems) > 0 || !same(found[0], parts[0]) || !same(found[1], parts[1]) {
		return fmt.Errorf("%w: other bytes are covered than were digested", ErrOutput)
	}
	return nil
}

// same says whether two slices are the same memory, so that what was digested
// need not be digested again.
func same(a, b []byte) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// asOrdered compares the new signature as it stands in the file with what was
// asked for.
func (r revisionSigner) asOrdered(s *addedSignature) error {
	if s.DocMDP != r.Certify || s.Certification != (r.Certify > 0) {
		return fmt.Errorf("%w: certified for %d, not %d", ErrOutput, s.DocMDP, r.Certify)
	}
	return nil
}
