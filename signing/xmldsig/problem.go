package xmldsig

import (
	"errors"
	"fmt"

	"tamga/signing/xmldsig/xmltree"
)

// Problem is one broken rule. Code is one of the constants below and is stable;
// Detail is for people and quotes nothing of the file but names.
type Problem struct {
	Code   string
	Detail string
}

func (p Problem) String() string { return p.Code + ": " + p.Detail }

// Codes of problems. Those marked [?] mean that it could not be found out
// whether the signature is right; the others that it must not pass.
const (
	// The Signature element or a part of it breaks the schema.
	CodeStructure = "structure"
	// The signature algorithm, a digest algorithm, a canonicalisation or a
	// transform is not one of those known [?].
	CodeAlgorithm        = "signature-algorithm-unknown"
	CodeDigestAlgorithm  = "digest-algorithm-unknown"
	CodeCanonicalization = "canonicalization-unknown"
	CodeTransform        = "transform-refused"
	// What was digested is not what is there.
	CodeDigest = "digest-mismatch"
	// A reference names no element, or one whose identifier others have too.
	CodeUnresolved  = "reference-unresolved"
	CodeDuplicateID = "duplicate-id"
	// A reference leads out of the file, and its content was not supplied [?].
	CodeExternal = "external-reference"
	// A signed element stands where a consumer would not take it from.
	CodePosition = "signed-element-misplaced"
	// The Signature stands where none belongs, as inside another one.
	CodeSignaturePosition = "signature-misplaced"
	// No reference covers the document, the body or the supplied content.
	CodeNothingSigned = "nothing-signed"
	// The SOAP envelope is not one header and one body.
	CodeEnvelope = "soap-envelope"
	// A reference covers a Manifest, whose own references are not looked at.
	CodeManifest = "manifest-not-followed"
	// The document was signed before the signatures that follow this one and
	// verifies only without them, and not all of these cover this one.
	CodeLaterSignatures = "later-signatures-left-out"
	// The same, and some of these could not be read [?].
	CodeLaterUnknown = "later-signatures-unknown"
	// No certificate could be told to be the signer's: there is none, only a
	// bare key, or several that fit [?].
	CodeNoCertificate = "signing-certificate-missing"
	// A part of KeyInfo could not be read or does not resolve.
	CodeKeyInfo = "key-info"
	// The signed property names another certificate.
	CodeSigningCertificate = "signing-certificate-mismatch"
	// The signed properties are malformed, or no reference covers them.
	CodeSignedProperties = "signed-properties"
	// The signature asks for more work or memory than a file may [?].
	CodeLimit = "limit"
)

// Undetermined reports whether the problem means that it could not be found
// out whether the signature is right.
func (p Problem) Undetermined() bool {
	switch p.Code {
	case CodeAlgorithm, CodeDigestAlgorithm, CodeCanonicalization, CodeTransform, CodeExternal, CodeNoCertificate, CodeLimit, CodeLaterUnknown:
		return true
	}
	return false
}

// ErrSign is wrapped by the errors about a file that cannot be signed as asked.
var ErrSign = errors.New("XML cannot be signed")

// ErrOutput is wrapped, beside [ErrSign], by the errors about a signature just
// made that this package does not read as the one that was asked for: the fault
// is the key's or ours, and not the file's.
var ErrOutput = errors.New("the signature just made does not verify")

func problemf(code, format string, args ...any) *Problem {
	return &Problem{code, fmt.Sprintf(format, args...)}
}

// canonicalProblem makes a problem of an error of [xmltree.Document.Canonical].
func canonicalProblem(err error) *Problem {
	if errors.Is(err, xmltree.ErrLimit) {
		return &Problem{CodeLimit, err.Error()}
	}
	return &Problem{CodeCanonicalization, err.Error()}
}
