//go:build interop

package interop

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"regexp"
	"testing"
	"time"

	"tamga/documents"
	"tamga/documents/pdf"
	"tamga/documents/pdf/forms"
	"tamga/documents/regulation"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// profiles are those of veraPDF that our documents are held against.
var profiles = []string{"3b", "ua1"}

// press prints documents to be signed.
type press struct {
	t       *testing.T
	layouts *pdf.Layouts
}

func newPress(t *testing.T) *press {
	t.Helper()
	law, err := regulation.ShippedLaw()
	if err != nil {
		t.Fatal(err)
	}
	l, err := pdf.Compile(pdf.Options{CheckURL: func(number string) string { return "https://tamga.example/check/" + number }, Editions: law.Printing()})
	if err != nil {
		t.Fatal(err)
	}
	return &press{t, l}
}

func (p *press) licence(at time.Time) []byte {
	p.t.Helper()
	content := licence()
	return p.render(forms.Of(documents.Draft{Licence: &content}, nil), at)
}

func (p *press) refusal(at time.Time) []byte {
	p.t.Helper()
	content := refusal()
	return p.render(forms.Of(documents.Draft{Refusal: &content}, nil), at)
}

func (p *press) render(content pdf.Content, at time.Time) []byte {
	p.t.Helper()
	file, err := p.layouts.Render(content, pdf.Meta{SignedAt: at})
	if err != nil {
		p.t.Fatal(err)
	}
	return file
}

// pdfRows are our documents signed in one family.
func pdfRows(a, impostor *authority, p *press) []row {
	sign := func(from *authority, who string, print func(time.Time) []byte) row {
		key := from.keys[who]
		at := signedAt(key)
		file, err := signtest.SignHole(print(at), key, at)
		if err != nil {
			a.t.Fatal(err)
		}
		return row{name: "pdf/" + a.slug + "/licence", kind: kindPDF, file: file, world: a.world}
	}
	usual := sign(a, good, p.licence)
	shown := usual.as("honest", honest)
	shown.profiles = profiles
	paper := sign(a, good, p.refusal)
	paper.name, paper.profiles = "pdf/"+a.slug+"/refusal", profiles
	rows := []row{
		shown,
		paper.as("honest", honest),
		sign(a, revoked, p.licence).as("revoked-signer", standing),
		sign(a, expired, p.licence).as("expired-signer", period),
		sign(a, future, p.licence).as("future-signer", period),
		sign(impostor, good, p.licence).as("untrusted-signer", trust),
		usual.in(a.elsewhere("no-lists-pdf"), func(w *world) { w.crls = nil }).as("no-lists", standing),
	}
	rows = append(rows, suppliedRows(a, p)...)
	return append(rows, pdfFaults(usual, paper.file)...)
}

// suppliedRows are our documents with signatures that were made elsewhere: under the
// older form with a signing time, as NCALayer makes them, and under PAdES without.
func suppliedRows(a *authority, p *press) []row {
	key := a.keys[good]
	at := signedAt(key)
	var rows []row
	for form, claim := range map[string]bool{pdf.SubFilterCMS: true, pdf.SubFilterCAdES: false} {
		made := must(p.layouts.Prepare(forms.Specimens()["licence"], pdf.Meta{SignedAt: at, SubFilter: form, SignatureRoom: 32 << 10}))
		parts := creation.Prepared(made).SignedBytes()
		cms := must(signtest.Sign(creation.CMS{Content: bytes.Join(parts[:], nil), Detached: true, Claim: claim}, key, at))
		for name, level := range map[string]creation.Baseline{"b": creation.BaselineB, "t": creation.BaselineT} {
			over := made
			over.File = bytes.Clone(made.File)
			o := creation.Order{Time: at, Level: level, Form: creation.Supplied{
				Prepared: creation.Prepared(over), SubFilter: form, CMS: cms, Certificate: key.Certificate, Chain: key.Chain,
			}}
			file := signtest.Made(a.t, a.services(), o)
			rows = append(rows, row{name: "pdf-supplied/" + a.slug + "/" + form, kind: kindPDF, file: file, world: a.world}.as(name, honest))
		}
	}
	return rows
}

// pdfFaults are mutations of an honest signed PDF. other is another document
// signed with the same key.
func pdfFaults(usual row, other []byte) []row {
	file := usual.file
	hole := contents(file)
	cms := must(hex.DecodeString(string(file[hole.from:hole.to])))
	length := derLength(cms)
	p := cmsParts(cms[:length])
	inHole := func(s span) span { return span{hole.from + 2*s.from, hole.from + 2*s.to} }
	stream := bytes.Index(file, []byte("stream\n")) + 100
	return []row{
		usual.with(flipped(file, span{stream, stream + 20})).as("content-bit", integrity),
		usual.with(changed(file, "/M(D:2026", "/M(D:2020")).as("signing-time-changed", integrity),
		usual.with(digitChanged(file, inHole(p.signature))).as("signature-digit", integrity),
		usual.with(digitChanged(file, inHole(p.messageDigest))).as("message-digest-digit", integrity),
		usual.with(transplanted(file, other)).as("signature-of-another-file", integrity),
		usual.with(file[:len(file)-30]).as("truncated", structure),
		usual.with(file[:len(file)/2]).as("half", structure),
		usual.with(append(bytes.Clone(file), "\n% more\n"...)).as("trailing-comment", structure),
		usual.with(append(bytes.Clone(file), pageReplaced(file)...)).as("page-replaced-in-later-revision", integrity),
		usual.with(digitChanged(file, span{hole.to - 20, hole.to - 20})).as("padding-not-zero", structure),
		usual.with(rangeOverNothing(file)).as("byte-range-over-nothing", structure),
	}
}

// contents is where the digits of /Contents lie.
func contents(file []byte) span {
	at := regexp.MustCompile(`/Contents ?<([0-9A-Fa-f]+)>`).FindSubmatchIndex(file)
	if at == nil {
		panic("no /Contents")
	}
	return span{at[2], at[3]}
}

// derLength is the length of the DER element that bytes begin with; ours are
// longer than 255 and shorter than 65536.
func derLength(b []byte) int {
	if b[0] != 0x30 || b[1] != 0x82 {
		panic("not a sequence of the expected length")
	}
	return 4 + int(b[2])<<8 + int(b[3])
}

// digitChanged changes one hexadecimal digit in the middle of a piece.
func digitChanged(file []byte, s span) []byte {
	out := bytes.Clone(file)
	at := (s.from + s.to) / 2
	if out[at] == '1' {
		out[at] = '2'
	} else {
		out[at] = '1'
	}
	return out
}

func changed(file []byte, old, new string) []byte {
	if !bytes.Contains(file, []byte(old)) {
		panic(fmt.Sprintf("%q is not in the file", old))
	}
	return bytes.Replace(file, []byte(old), []byte(new), 1)
}

// transplanted puts the signature of another file into a file.
func transplanted(file, other []byte) []byte {
	to, from := contents(file), contents(other)
	if to.to-to.from != from.to-from.from {
		panic("holes of different sizes")
	}
	return bytes.Join([][]byte{file[:to.from], other[from.from:from.to], file[to.to:]}, nil)
}

// pageReplaced is an incremental update that replaces the first page by an
// empty one of another size.
func pageReplaced(file []byte) []byte {
	page := regexp.MustCompile(`(?s)(\d+) 0 obj\s*<<(?:[^<>]|<<[^<>]*>>|<[0-9A-Fa-f]*>)*?/Type ?/Page[^s].*?/Parent (\d+) 0 R`).FindSubmatch(file)
	if page == nil {
		panic("no page in the file")
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s 0 obj\n<< /Type /Page /Parent %s 0 R /MediaBox [0 0 200 200] /Resources << >> >>\nendobj\n", page[1], page[2])
	start := len(file) + b.Len()
	fmt.Fprintf(&b, "xref\n%s 1\n%010d 00000 n \ntrailer\n<< /Size %s /Root %s 0 R /Prev %s >>\nstartxref\n%d\n%%%%EOF\n",
		page[1], len(file), lastMatch(file, `/Size (\d+)`), lastMatch(file, `/Root (\d+) 0 R`), lastMatch(file, `startxref\s+(\d+)`), start)
	return b.Bytes()
}

// lastMatch returns what stands in the round brackets of the expression where
// it matches last.
func lastMatch(file []byte, expression string) []byte {
	all := regexp.MustCompile(expression).FindAllSubmatch(file, -1)
	if len(all) == 0 {
		panic(expression + " is not in the file")
	}
	return all[len(all)-1][1]
}

// rangeOverNothing points the /ByteRange at no bytes at all.
func rangeOverNothing(file []byte) []byte {
	from := bytes.Index(file, []byte("/ByteRange"))
	to := from + bytes.IndexByte(file[from:], ']')
	blank := fmt.Sprintf("%-*s", to-from, "/ByteRange [0 0 0 0")
	return bytes.Join([][]byte{file[:from], []byte(blank), file[to:]}, nil)
}

// must is for what only fails if the harness itself is wrong.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func licence() documents.Licence {
	return documents.Licence{
		Number:   "26000017",
		IssuedOn: documents.Date{Year: 2026, Month: 6, Day: 1},
		Holder: documents.Holder{Legal: &documents.LegalEntity{
			Name:    documents.Text{KK: "«Ұлы дала мұрасы» ЖШС", RU: "ТОО «Наследие Великой степи»"},
			Address: documents.Text{KK: "160000, Шымкент қаласы, Тәуке хан даңғылы, 12-үй", RU: "160000, г. Шымкент, пр. Тауке хана, д. 12"},
			BIN:     "120741000014",
		}},
		Activity: documents.Text{
			KK: "Тарих және мәдениет ескерткіштерінде археологиялық жұмыстарды жүзеге асыру жөніндегі қызмет",
			RU: "Деятельность по осуществлению археологических работ на памятниках истории и культуры",
		},
		SpecialConditions: documents.Text{KK: "Жоқ", RU: "Нет"},
		Licensor:          documents.Text{KK: "Мәдениет комитеті", RU: "Комитет культуры"},
		Head:              "Әбілов Ғ. Ү.",
		Place:             documents.Text{KK: "Астана қаласы", RU: "г. Астана"},
	}
}

func refusal() documents.Refusal {
	l := licence()
	return documents.Refusal{
		Number:            "KZ26RLR26000003",
		IssuedOn:          l.IssuedOn,
		Authority:         l.Licensor,
		Requisites:        documents.Text{KK: "010000, Астана қаласы, Орынбор көшесі, 8", RU: "010000, г. Астана, ул. Орынбор, 8"},
		Applicant:         l.Holder,
		ApplicationNumber: "KZ08RLA26000041",
		ApplicationDate:   documents.Date{Year: 2026, Month: 5, Day: 3},
		Ground:            documents.GroundQualification,
		Reason:            documents.Text{KK: "Ұсынылған құжаттар біліктілік талаптарына сәйкес келмейді.", RU: "Представленные документы не соответствуют квалификационным требованиям."},
		Position:          documents.Text{KK: "Мәдениет комитетінің төрағасы", RU: "Председатель Комитета культуры"},
		Signatory:         "Ғ. Ү. Әбілов",
	}
}
