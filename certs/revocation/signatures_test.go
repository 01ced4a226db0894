package revocation

import (
	"encoding/binary"
	"testing"

	"tamga/certs"
)

// Which list verified under which key is asked once, and forgotten with all others
// when there would be more than may be remembered.
func TestSignaturesRemembered(t *testing.T) {
	signer := &certs.Certificate{KeyError: certs.ErrAlgorithm}
	for before, want := range map[int]int{0: 1, 1<<14 - 1: 1 << 14, 1 << 14: 1} {
		s := &Lists{}
		if before > 0 {
			s.signatures = map[signatureKey]error{}
		}
		for i := range before {
			var key signatureKey
			binary.BigEndian.PutUint32(key.list[:], uint32(i)+1)
			s.signatures[key] = nil
		}
		if cause := signatureCause(s.signature(&CRL{}, signer)); cause != CauseAlgorithm || len(s.signatures) != want {
			t.Errorf("after %d: %s, %d remembered", before, cause, len(s.signatures))
		}
	}
	s := &Lists{signatures: map[signatureKey]error{{}: nil}}
	if err := s.signature(&CRL{}, signer); err != nil {
		t.Errorf("asked again: %v", err)
	}
	if signatureCause(certs.ErrSignature) != CauseSignature || signatureCause(nil) != "" {
		t.Error("causes of wrong and right signatures")
	}
}
