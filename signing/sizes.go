package signing

import "errors"

// The largest files that are looked at, in bytes. What is judged need not be in
// memory: a file that is mapped costs no more than its structure.
const (
	MaxSize     = 64 << 20 // CMS, certificates, PDFs to be signed
	MaxDocument = 1 << 30  // PDFs to be judged, contents of detached signatures
)

// ErrTooLarge means that a file is larger than [MaxSize] or [MaxDocument].
var ErrTooLarge = errors.New("file is too large")
