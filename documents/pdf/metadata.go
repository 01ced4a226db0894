package pdf

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tamga/documents"
)

// about is what a file says of itself outside its pages.
type about struct {
	number  string
	title   documents.Text
	author  string
	subject documents.Text
	moment  time.Time
	qr      string // text of the QR code
	data    []byte // the machine-readable document
	schema  string // its JSON Schema
	into    []byte // memory for the file
	room    int    // bytes of the signature; 0 is what the skeleton has
	// subFilter names the form of the signature; empty is SubFilterCAdES.
	subFilter string
}

// kazakhstan is the time zone of the whole country since 1 March 2024.
// Read only.
var kazakhstan = time.FixedZone("", 5*60*60)

// pdfDate writes a moment as ISO 32000-1, 7.9.4 has it.
func pdfDate(t time.Time) string {
	return t.In(kazakhstan).Format("D:20060102150405") + "+05'00'"
}

// producer is the name of our writer in both sets of metadata.
const producer = "Tamga"

// metadata writes the information dictionary and the XMP packet, which must
// say the same (ISO 19005-2, 6.6.3). The packet is not compressed, so that
// programs that know no PDF can find it.
func (f *file) metadata(a *about) {
	date := pdfDate(a.moment)
	f.open(objInfo)
	f.str("<</Title")
	f.out = appendTextString(f.out, a.title.KK)
	f.str("/Creator(" + producer + ")/Producer(" + producer + ")/CreationDate(").str(date).str(")/ModDate(").str(date).str(")>>")
	f.close()

	iso := a.moment.In(kazakhstan).Format("2006-01-02T15:04:05-07:00")
	f.text.Reset()
	f.xml(xmpHead+`<dc:title><rdf:Alt><rdf:li xml:lang="x-default">`, a.title.KK)
	f.xml(`</rdf:li><rdf:li xml:lang="ru">`, a.title.RU)
	f.xml("</rdf:li></rdf:Alt></dc:title><dc:creator><rdf:Seq><rdf:li>", a.author)
	f.xml(`</rdf:li></rdf:Seq></dc:creator><dc:description><rdf:Alt><rdf:li xml:lang="x-default">`, a.subject.KK)
	f.xml(`</rdf:li><rdf:li xml:lang="ru">`, a.subject.RU)
	f.xml("</rdf:li></rdf:Alt></dc:description><dc:identifier>", a.number)
	f.xml("</dc:identifier><dc:language><rdf:Bag><rdf:li>kk</rdf:li><rdf:li>ru</rdf:li></rdf:Bag></dc:language>"+
		"<xmp:CreatorTool>"+producer+"</xmp:CreatorTool><pdf:Producer>"+producer+"</pdf:Producer><xmp:CreateDate>", "")
	f.xml(iso, "")
	f.xml("</xmp:CreateDate><xmp:ModifyDate>", "")
	f.xml(iso, "")
	f.xml("</xmp:ModifyDate>"+xmpTail, "")
	f.open(objMetadata)
	f.str("<</Type/Metadata/Subtype/XML/Length ").num(f.text.Len()).str(">>stream\n")
	f.out = append(f.out, f.text.Bytes()...)
	f.str("\nendstream")
	f.close()
}

// xml writes markup of ours, then text of a document. ASCII letters and signs
// of the text become character references: the packet stands uncompressed in
// the file, and a name such as «endstream» must not mislead a careless reader.
func (f *file) xml(markup, text string) {
	f.text.WriteString(markup)
	for i := range len(text) {
		if ref := references[text[i]]; ref != "" {
			f.text.WriteString(ref)
		} else {
			f.text.WriteByte(text[i])
		}
	}
}

// references are the character references of the bytes that get one. Read only.
var references = func() (all [256]string) {
	for c := range utf8.RuneSelf {
		if !strings.ContainsRune("0123456789 ,.-:", rune(c)) {
			all[c] = "&#" + strconv.Itoa(c) + ";"
		}
	}
	return all
}()

const xmpHead = "<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n" +
	`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
	`<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" ` +
	`xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">` +
	`<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance><pdfuaid:part>1</pdfuaid:part>` +
	`<dc:format>application/pdf</dc:format>`

// xmpTail describes the one property that PDF/A does not know itself, the mark
// of PDF/UA (ISO 19005-3, 6.6.2.3).
const xmpTail = `</rdf:Description><rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" ` +
	`xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">` +
	`<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource"><pdfaSchema:schema>PDF/UA</pdfaSchema:schema>` +
	`<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI><pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>` +
	`<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource"><pdfaProperty:name>part</pdfaProperty:name>` +
	`<pdfaProperty:valueType>Integer</pdfaProperty:valueType><pdfaProperty:category>internal</pdfaProperty:category>` +
	`<pdfaProperty:description>part of ISO 14289</pdfaProperty:description></rdf:li></rdf:Seq></pdfaSchema:property>` +
	"</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>"

const hexDigits = "0123456789ABCDEF"

// appendTextString writes a text string in UTF-16BE as hexadecimal digits, so
// that no character of a text can be taken for PDF syntax. Texts have passed
// clean and lie in the basic plane.
func appendTextString(dst []byte, s string) []byte {
	dst = append(dst, "<FEFF"...)
	for _, r := range s {
		dst = append(dst, hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
	}
	return append(dst, '>')
}
