package rulebook

// What tests need of this package.
var ErrOvertaken = errOvertaken

// SumOf is the digest of a content, for rows that tests forge.
func SumOf(content []byte) string { return sumOf(content) }
