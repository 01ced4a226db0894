package signing

import (
	"bytes"
	"errors"
	"unicode/utf8"

	"tamga/certs/der"
	"tamga/certs/revocation/ocsp"
	"tamga/language/words"
	"tamga/signing/armour"
	"tamga/signing/tsp"
	"tamga/signing/xmldsig/xmltree"
)

// Words name the kind of a file, in the nominative.
func (k FileKind) Words() Text {
	if t := words.Of("signing.file." + string(k)); t.Whole() {
		return t
	}
	return words.Of("signing.file.unknown")
}

func noSignatureText() Text {
	return words.Of("signing.unsigned")
}

// brokenText says that a file cannot be read as what it begins to be.
func (k FileKind) brokenText() Text {
	if t := words.Of("signing.broken." + string(k)); t.Whole() {
		return t
	}
	return words.Of("signing.broken.cms")
}

// insteadOf says that a file is another thing than what was asked about.
func (k FileKind) insteadOf(wanted FileKind) Text {
	return words.Of("signing.instead").Put("file", k.Words()).Put("wanted", wanted.Words())
}

// unreadable concludes that a file is not what it was taken for, and says what it
// is instead, if that is known.
func (verdict *Verdict) unreadable(wanted FileKind, file []byte, err error) *Verdict {
	verdict.Indication, verdict.SubIndication, verdict.Acceptance = TotalFailed, FormatFailure, Refused
	verdict.cause, verdict.Detail = wanted.brokenText(), err.Error()
	if len(bytes.TrimSpace(file)) == 0 {
		verdict.cause = words.Of("signing.empty")
	} else if is := Sniff(file); is == FileUnknown && wanted == FileCMS && foreign(file) {
		verdict.cause = words.Of("signing.foreign")
	} else if is != wanted && is != FileUnknown {
		verdict.cause = is.insteadOf(wanted)
		verdict.Detail = verdict.cause.EN + ": " + verdict.Detail
	}
	verdict.explain()
	return verdict
}

// unreadableXML concludes that XML was not read. An encoding that this reader does
// not know tells nothing against the file; a document type may make two documents
// of it.
func (verdict *Verdict) unreadableXML(file []byte, err error) *Verdict {
	verdict.unreadable(FileXML, file, err)
	switch {
	case errors.Is(err, xmltree.ErrContradiction):
	case errors.Is(err, xmltree.ErrEncoding):
		verdict.cause = words.Of("signing.xml_encoding")
		verdict.undecided()
	case errors.Is(err, xmltree.ErrDocumentType):
		verdict.cause = words.Of("signing.xml_doctype")
		verdict.explain()
	}
	return verdict
}

// nothingToJudge is the verdict on a file that nobody takes for a signature. EN
// 319 102-1 has no word for it: there is no indication, and nothing is accepted.
func (v *Verifier) nothingToJudge(kind FileKind, q Question) *Verdict {
	verdict := v.newVerdict(string(kind), q)
	is := kind.Words()
	if kind == FileMessage {
		verdict.cause = words.Of("signing.message").Put("file", is)
		verdict.Detail = verdict.cause.EN
		verdict.undecided()
		return verdict
	}
	verdict.Acceptance = Refused
	verdict.cause = words.Of("signing.nothing").Put("file", is)
	verdict.Detail = verdict.cause.EN
	verdict.explain()
	return verdict
}

// sniffOther tells elements that are neither CMS nor a certificate nor a list by
// their first element.
func sniffOther(raw []byte, first der.Element, rest *der.Reader) FileKind {
	switch first.Tag {
	case der.Enumerated:
		return FileOCSP
	case der.Integer:
		if len(first.Body) == 1 && first.Body[0] == 3 { // the only version of PKCS#12 (RFC 7292)
			return FileKeyStore
		}
		if asksForTimestamp(rest) {
			return FileUnknown
		}
		return FilePrivateKey // PKCS#1, PKCS#8, SEC 1
	case der.SequenceTag:
	default:
		return FileUnknown
	}
	if rest.Count(3) < 2 {
		if _, err := tsp.ParseResponse(raw); err == nil {
			return FileTimestampResponse
		}
	}
	if _, err := ocsp.ParseBasic(raw); err == nil {
		return FileOCSP
	}
	if !signedLikeCertificate(first, rest) {
		return FileUnknown
	}
	return FileCertificate
}

// asksForTimestamp tells a TimeStampReq (RFC 3161), whose version is followed by an
// algorithm with a digest, from a private key, which has an algorithm, a number or
// octets there.
func asksForTimestamp(rest *der.Reader) bool {
	after := der.NewReader(rest.Rest())
	imprint, err := after.Enter(der.SequenceTag)
	if err != nil {
		return false
	}
	tag, ok := imprint.Peek()
	return ok && tag == der.SequenceTag
}

// signedLikeCertificate reports whether something could be a damaged certificate or
// list: what is signed, an algorithm and a value (RFC 5280 section 4.1), and not a
// request for a certificate (RFC 2986), whose version is followed by a name.
func signedLikeCertificate(first der.Element, rest *der.Reader) bool {
	after := der.NewReader(rest.Rest())
	if _, err := after.Expect(der.SequenceTag); err != nil {
		return false
	}
	if _, err := after.Expect(der.BitString); err != nil || !after.Empty() {
		return false
	}
	signed := der.NewReader(first.Body)
	if _, err := signed.Expect(der.Integer); err != nil {
		return true
	}
	name, err := signed.Enter(der.SequenceTag)
	if err != nil {
		return true
	}
	tag, ok := name.Peek()
	return !ok || tag != der.SetTag
}

// holdsTimestamp reports whether a CMS, after its type, is over a TSTInfo.
func holdsTimestamp(rest *der.Reader) bool {
	for _, tag := range []der.Tag{der.ContextConstructed(0), der.SequenceTag} {
		inner, err := rest.Enter(tag)
		if err != nil {
			return false
		}
		rest = inner
	}
	for range 2 { // version and digestAlgorithms
		if _, err := rest.Next(); err != nil {
			return false
		}
	}
	content, err := rest.Enter(der.SequenceTag)
	if err != nil {
		return false
	}
	id, err := content.ReadOID()
	return err == nil && id.Equal(tsp.OIDTSTInfo)
}

// encoded reports whether a text begins as base64 does: with what every long
// sequence begins with, or with a word that is too long for one.
func encoded(text []byte) bool {
	const word = 48
	if bytes.HasPrefix(text, []byte("MII")) || bytes.HasPrefix(text, []byte("MIA")) {
		return true
	}
	const alphabets = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_="
	return len(text) >= word && len(bytes.Trim(text[:word], alphabets)) == 0
}

// foreign reports whether a file of no known kind is none that was meant to be a CMS:
// an element of its own, or bytes that are neither an element nor a text.
func foreign(file []byte) bool {
	if raw, err := armour.Open(file); err == nil {
		_, err := der.FromBER(raw)
		return err == nil && !beginsCMS(raw)
	}
	if file[0] == 0x30 || bytes.HasPrefix(file, []byte("\xff\xfe")) || bytes.HasPrefix(file, []byte("\xfe\xff")) {
		return false
	}
	looked := file[:min(len(file), 4096)]
	return bytes.ContainsFunc(looked, func(c rune) bool {
		return c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' || c == 0x7f
	})
}

// sniffText tells what a file without a known outline is for people. What looks
// like the armour of a signature that was damaged is of no known kind, so that it
// is asked about as one.
func sniffText(file []byte) FileKind {
	const looked = 4096
	text := bytes.TrimSpace(bytes.TrimPrefix(file, []byte("\xef\xbb\xbf")))
	switch {
	case len(text) == 0:
		return FileUnknown
	case armour.IsPEM(text) && bytes.Contains(text[:min(len(text), looked)], []byte("PRIVATE KEY-----")):
		return FilePrivateKey
	case isMessage(text):
		return FileMessage
	case armour.HasPEM(text), encoded(text):
		return FileUnknown
	}
	if len(text) > looked {
		text = text[:looked]
		for len(text) > 0 && !utf8.RuneStart(text[len(text)-1]) {
			text = text[:len(text)-1]
		}
		text = text[:len(text)-1] // it may have been cut
	}
	if !utf8.Valid(text) {
		return FileUnknown
	}
	for _, c := range text {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' || c == 0x7f {
			return FileUnknown
		}
	}
	return FileText
}

// isMessage reports whether a file begins with the header of a signed or an
// encrypted message, as mail programs and `openssl cms` write it.
func isMessage(text []byte) bool {
	const looked = 16 << 10
	header := bytes.ReplaceAll(text[:min(len(text), looked)], []byte("\r\n"), []byte("\n"))
	header, _, ended := bytes.Cut(header, []byte("\n\n"))
	name, _, named := bytes.Cut(header, []byte(":"))
	if !ended || !named || bytes.ContainsAny(name, " \t\n<{") {
		return false
	}
	header = bytes.ToLower(header)
	return bytes.Contains(header, []byte("application/pkcs7-")) || bytes.Contains(header, []byte("application/x-pkcs7-"))
}
