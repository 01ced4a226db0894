package signing

import (
	"bytes"
	"context"
	"encoding/asn1"

	"tamga/certs"
	"tamga/certs/der"
	"tamga/certs/revocation"
	"tamga/signing/armour"
	"tamga/signing/cms"
)

// FileKind is what a file holds, told by its content and never by its name.
type FileKind string

// The kinds of files.
const (
	FilePDF               FileKind = "pdf"
	FileCMS               FileKind = "cms"
	FileCertificate       FileKind = "certificate"
	FileCRL               FileKind = "crl"
	FileOCSP              FileKind = "ocsp_response" // OCSPResponse or BasicOCSPResponse (RFC 6960)
	FileTimestamp         FileKind = "timestamp"     // TimeStampToken (RFC 3161)
	FileTimestampResponse FileKind = "timestamp_response"
	FileKeyStore          FileKind = "key_store" // PKCS#12
	FilePrivateKey        FileKind = "private_key"
	FileXML               FileKind = "xml"
	FileMessage           FileKind = "message" // S/MIME (RFC 8551)
	FileText              FileKind = "text"
	FileUnknown           FileKind = "unknown"
)

// Sniff tells what a file holds. It looks at the outline only: a file that is
// recognised may still be malformed. What is one element to its end is that, also
// where it carries a PDF.
func Sniff(file []byte) FileKind {
	small := len(file) <= MaxSize
	if !small && beginsCMS(file) {
		return FileCMS // which is told of, and not read
	}
	if len(file) > 0 && file[0] == 0x30 && small {
		if kind := sniffElement(file); kind != FileUnknown {
			return kind
		}
	}
	if i := bytes.Index(file[:min(len(file), 1024)], []byte("%PDF-")); i >= 0 {
		return FilePDF
	}
	if isXML(file) {
		return FileXML
	}
	if !small {
		return FileUnknown
	}
	if raw, err := armour.Open(file); err == nil {
		if kind := sniffElement(raw); kind != FileUnknown {
			return kind
		}
	}
	return sniffText(file)
}

// sniffElement tells what an element in DER or BER holds.
func sniffElement(raw []byte) FileKind {
	if namesItself(raw) { // which certificates and lists do not, so that nothing need be read as one
		return sniffOutline(raw)
	}
	if _, err := certs.Parse(raw); err == nil {
		return FileCertificate
	}
	if _, err := revocation.ParseCRL(raw); err == nil {
		return FileCRL
	}
	return sniffOutline(raw)
}

// namesItself reports whether an element in DER begins with an object identifier.
func namesItself(raw []byte) bool {
	r, err := der.NewReader(raw).Enter(der.SequenceTag)
	return err == nil && !r.Empty() && r.Rest()[0] == byte(der.ObjectID)
}

// sniffOutline tells the others, and what looks like a damaged certificate or
// list, by the first elements.
func sniffOutline(raw []byte) FileKind {
	normal, err := der.FromBER(raw)
	if err != nil {
		// A damaged CMS is still asked about as one.
		if beginsCMS(raw) {
			return FileCMS
		}
		return FileUnknown
	}
	outer, err := der.NewReader(normal).Enter(der.SequenceTag)
	if err != nil {
		return FileUnknown
	}
	first, err := outer.Next()
	if err != nil {
		return FileUnknown
	}
	switch {
	case first.Tag != der.ObjectID:
		return sniffOther(normal, first, outer)
	case holdsTimestamp(outer):
		return FileTimestamp
	}
	return FileCMS
}

// beginsCMS tells a CMS by its first bytes.
func beginsCMS(raw []byte) bool {
	return len(raw) > 0 && raw[0] == 0x30 && bytes.Contains(raw[:min(len(raw), 64)], der.OID(cms.OIDSignedData))
}

// Contents is what a CMS carries, for people who want to look inside without a
// verdict. Nothing in it was verified.
type Contents struct {
	ContentType  asn1.ObjectIdentifier
	Attached     bool
	Content      []byte
	Certificates []*certs.Certificate
	Signers      int
	DER          []byte
}

// ReadCMS takes a CMS SignedData apart without judging it.
func ReadCMS(file []byte) (*Contents, error) {
	sd, err := readCMS(file)
	if err != nil {
		return nil, err
	}
	raw, err := armour.Open(file)
	if err != nil {
		return nil, err
	}
	return &Contents{
		ContentType: sd.ContentType, Attached: sd.Attached, Content: sd.Content,
		Certificates: parseAll(&certs.Pool{}, sd.Certificates), Signers: len(sd.Signers), DER: raw,
	}, nil
}

// Verify judges a file by what it holds. What holds no signature is named in the
// verdict, which has no indication then; what is of no known kind is judged as a
// damaged CMS, FORMAT_FAILURE. A timestamp on its own is no signature: see
// [Verifier.VerifyTimestamp].
func (v *Verifier) Verify(ctx context.Context, file []byte, q Question) (*Verdict, error) {
	kind := Sniff(file)
	switch kind {
	case FilePDF:
		return v.VerifyPDF(ctx, file, q)
	case FileXML:
		return v.VerifyXML(ctx, file, q)
	case FileCertificate:
		return v.VerifyCertificate(ctx, file, q)
	case FileCMS, FileUnknown:
		return v.VerifyCMS(ctx, file, q)
	}
	v, q, err := v.prepare(ctx, q)
	if err != nil {
		return nil, err
	}
	return v.finish(v.nothingToJudge(kind, q))
}
