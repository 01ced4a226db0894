package receipt

import (
	"crypto/sha256"
	"encoding/hex"
)

// About reports whether the receipt is about this file.
func (r Receipt) About(file []byte) bool {
	sum := sha256.Sum256(file)
	return r.Asked.FileSHA256 == hex.EncodeToString(sum[:]) && r.Asked.FileSize == len(file)
}
