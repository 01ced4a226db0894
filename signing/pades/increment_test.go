package pades

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

var signedAt = time.Date(2026, time.March, 1, 12, 0, 0, 0, time.FixedZone("", 5*3600))

// unsigned is a sample without signatures; more objects are added or replaced.
func unsigned(more sample) sample {
	s := sample{
		1: "<</Type/Catalog/Pages 2 0 R>>",
		3: "<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]/Resources<<>>/Contents 6 0 R>>",
		4: "null", 5: "null",
	}
	for n, body := range more {
		s[n] = body
	}
	return s
}

// inputs are files of every layout that a revision is added to.
func inputs() map[string][]byte {
	plain := unsigned(nil)
	noEOL := plain.build()
	return map[string][]byte{
		"table":                plain.build(),
		"stream":               plain.packed(),
		"signed table":         sample{}.build(),
		"signed stream":        packedFile(),
		"signed twice":         twoRevisions(),
		"hybrid":               agreeing(),
		"linearized":           linearized(),
		"no end of line":       noEOL[:len(noEOL)-1],
		"signed to its end":    endless(),
		"carriage return":      append(noEOL[:len(noEOL)-1:len(noEOL)-1], '\r'),
		"form in its object":   unsigned(sample{1: "<</Type/Catalog/Pages 2 0 R/AcroForm 8 0 R>>", 8: "<</Fields[]/DA(/F 0 Tf)>>"}).build(),
		"fields in an array":   unsigned(sample{1: "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields 8 0 R>>>>", 8: "[]"}).build(),
		"annotations in array": unsigned(sample{3: "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Annots 8 0 R>>", 8: "[]"}).build(),
		"one array for both": unsigned(sample{
			1: "<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields 8 0 R>>>>",
			3: "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Annots 8 0 R>>", 8: "[]",
		}).build(),
		"nested pages": unsigned(sample{
			2: "<</Type/Pages/Kids[8 0 R 9 0 R]/Count 1>>",
			8: "<</Type/Pages/Parent 2 0 R/Kids[]/Count 0>>", 9: "<</Type/Pages/Parent 2 0 R/Kids[3 0 R]/Count 1>>",
		}).build(),
	}
}

// endless is a signed file without an end of line after its last %%EOF.
func endless() []byte {
	file := sample{}.build()
	file = file[:len(file)-1]
	at := bytes.Index(file, []byte("/ByteRange [")) + len("/ByteRange [")
	var b [4]int
	fmt.Sscan(string(file[at:at+40]), &b[0], &b[1], &b[2], &b[3])
	copy(file[at:], fmt.Sprintf("0 %-10d %-10d %-10d]", b[1], b[2], b[3]-1))
	return file
}

func mustPrepare(t *testing.T, file []byte, n NewSignature) *Prepared {
	t.Helper()
	n.Time, n.Room = signedAt, max(n.Room, 64)
	p, err := mustRead(t, file).PrepareSignature(n)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func mustFill(t *testing.T, p *Prepared) []byte {
	t.Helper()
	out, err := p.Fill(token)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// checkAdded reads a file with a revision of ours back and returns it. before is
// the file that it was made of.
func checkAdded(t *testing.T, before, out []byte) *Document {
	t.Helper()
	if !bytes.HasPrefix(out, before) {
		t.Fatal("bytes of the file were changed")
	}
	was, is := mustRead(t, before), mustRead(t, out)
	if err := is.Sound(); err != nil {
		t.Fatal(err)
	}
	last := len(is.Revisions) - 1
	if last != len(was.Revisions) {
		t.Fatalf("%d revisions after %d", last+1, len(was.Revisions))
	}
	old, now := was.Revisions[last-1].Trailer, is.Revisions[last].Trailer
	if old.Get("Root") != now.Get("Root") || old.Name("Type") != now.Name("Type") || old.Get("Info") != now.Get("Info") {
		t.Errorf("trailer %v became %v", old, now)
	}
	if halves, ok := old.Get("ID").(Array); ok {
		renewed := now.Get("ID").(Array)
		if !reflect.DeepEqual(halves[0], renewed[0]) || reflect.DeepEqual(halves[1], renewed[1]) {
			t.Errorf("identifier %v became %v", halves, renewed)
		}
	}
	for _, c := range is.Changed(last) {
		if c.New && slices.ContainsFunc(was.versions, func(v version) bool { return v.number == c.Ref.Number }) {
			t.Errorf("object %s takes an old number", c.Ref)
		}
		if c.Freed {
			t.Errorf("object %s was removed", c.Ref)
		}
	}
	return is
}

func TestAddSignatureToEveryLayout(t *testing.T) {
	for name, file := range inputs() {
		t.Run(name, func(t *testing.T) {
			p := mustPrepare(t, file, NewSignature{})
			parts := p.SignedBytes()
			out := mustFill(t, p)
			d := checkAdded(t, file, out)
			s := d.Signatures[len(d.Signatures)-1]
			if len(s.Problems) > 0 || !s.CoversWholeFile || !bytes.Equal(s.Contents, token) || !s.ClaimedTime.Equal(signedAt) {
				t.Errorf("%+v", s)
			}
			for i, part := range d.SignedBytes(s) {
				if !bytes.Equal(part, parts[i]) {
					t.Errorf("part %d is not what was to be digested", i+1)
				}
			}
			if p.Room() != 64 {
				t.Errorf("room for %d bytes", p.Room())
			}
			again := mustFill(t, mustPrepare(t, out, NewSignature{}))
			if d := checkAdded(t, out, again); len(d.Signatures) != len(mustRead(t, file).Signatures)+2 {
				t.Errorf("%d signatures", len(d.Signatures))
			}
		})
	}
}

// The new field stands in the form and among the annotations of the first page,
// once, and shows nothing.
func TestNewField(t *testing.T) {
	for name, file := range inputs() {
		d := mustRead(t, mustFill(t, mustPrepare(t, file, NewSignature{})))
		s := d.Signatures[len(d.Signatures)-1]
		last := len(d.Revisions) - 1
		widget, err := d.ResolveDict(last, s.FieldID)
		if err != nil || widget.Get("F") != Object(Integer(132)) || widget.Name("Subtype") != "Widget" ||
			!reflect.DeepEqual(widget.Get("Rect"), Array{Integer(0), Integer(0), Integer(0), Integer(0)}) {
			t.Errorf("%s: %v, %v", name, widget, err)
		}
		page, _ := d.ResolveDict(last, widget.Get("P"))
		pages, _ := d.Pages(last)
		catalog, _ := d.Catalog(last)
		form, _ := d.ResolveDict(last, catalog.Get("AcroForm"))
		if widget.Get("P") != Object(pages[0]) || form.Get("SigFlags") != Object(Integer(3)) {
			t.Errorf("%s: page %v, form %v", name, widget.Get("P"), form)
		}
		for what, o := range map[string]Object{"page": page.Get("Annots"), "form": form.Get("Fields")} {
			list, _ := d.Resolve(last, o)
			if n := len(slices.DeleteFunc(slices.Clone(list.(Array)), func(o Object) bool { return o != Object(s.FieldID) })); n != 1 {
				t.Errorf("%s: the %s names the field %d times", name, what, n)
			}
		}
	}
}

// bare returns an object without the places of its entries.
func bare(o Object) Object {
	switch o := o.(type) {
	case Dict:
		c := Dict{}
		for _, e := range o {
			c = append(c, Entry{Key: e.Key, Value: bare(e.Value)})
		}
		return c
	case Array:
		c := Array{}
		for _, e := range o {
			c = append(c, bare(e))
		}
		return c
	case String:
		return String{Value: o.Value}
	}
	return o
}

const awkwardEntries = "/Lang(kk \\(Cyrl\\) \\\\ \\r\\300)/Odd#20#28Name#29 /A#2FB#23C" +
	"/ViewerPreferences<</DisplayDocTitle true/None null % a comment\n/Zoom -1.50/Big 123456789012345678901234567890>>" +
	"/PieceInfo<</X<FEFF0028>/Y[1 0 R(()) -7 .5 /]>>/Version/1.7"

// What a revision only carries along keeps its value, whatever its spelling; a
// dictionary that stands in the file itself, its spelling too.
func TestCarriedEntries(t *testing.T) {
	s := unsigned(sample{1: "<</Type/Catalog/Pages 2 0 R" + awkwardEntries + ">>"})
	for name, file := range map[string][]byte{"table": s.build(), "stream": s.packed()} {
		out := mustFill(t, mustPrepare(t, file, NewSignature{Certify: 2}))
		d := checkAdded(t, file, out)
		before, _ := d.Catalog(0)
		after, _ := d.Catalog(1)
		for _, e := range before {
			if got := after.Get(e.Key); !reflect.DeepEqual(bare(got), bare(e.Value)) {
				t.Errorf("%s: /%s was %v and is %v", name, e.Key, bare(e.Value), bare(got))
			}
		}
		if len(after) != len(before)+2 {
			t.Errorf("%s: entries %v", name, after)
		}
		spelled := "<</DisplayDocTitle true/None null % a comment\n/Zoom -1.50/Big 123456789012345678901234567890>>"
		if name == "table" && bytes.Count(out, []byte(spelled)) != 2 {
			t.Error("the spelling changed")
		}
	}
}

func TestFormIsKept(t *testing.T) {
	const form = "/NeedAppearances true/DA(/Helv 0 Tf 0 g)/DR<</Font<</Helv 9 0 R>>>>/Q 1/CO[8 0 R]/Fields[8 0 R]"
	more := sample{
		8: "<</FT/Tx/T(Атауы)/V(мәні)/Subtype/Widget/Rect[0 0 9 9]>>", 9: "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
	}
	direct, indirect := unsigned(more), unsigned(more)
	direct[1] = "<</Type/Catalog/Pages 2 0 R/AcroForm<<" + form + ">>>>"
	indirect[1], indirect[10] = "<</Type/Catalog/Pages 2 0 R/AcroForm 10 0 R>>", "<<"+form+">>"
	for name, file := range map[string][]byte{"direct": direct.build(), "indirect": indirect.build()} {
		d := checkAdded(t, file, mustFill(t, mustPrepare(t, file, NewSignature{})))
		read := func(revision int) Dict {
			catalog, _ := d.Catalog(revision)
			form, _ := d.ResolveDict(revision, catalog.Get("AcroForm"))
			return form
		}
		before, after := read(0), read(1)
		for _, key := range []Name{"NeedAppearances", "DA", "DR", "Q", "CO"} {
			if !reflect.DeepEqual(bare(before.Get(key)), bare(after.Get(key))) {
				t.Errorf("%s: /%s became %v", name, key, after.Get(key))
			}
		}
		want := Array{Ref{Number: 8}, d.Signatures[0].FieldID}
		if !reflect.DeepEqual(after.Get("Fields"), Object(want)) {
			t.Errorf("%s: fields %v, want %v", name, after.Get("Fields"), want)
		}
		changedCatalog := slices.ContainsFunc(d.Changed(1), func(c Change) bool { return c.Ref.Number == 1 })
		if changedCatalog != (name == "direct") {
			t.Errorf("%s: the catalog is written: %v", name, changedCatalog)
		}
	}
}

func TestTexts(t *testing.T) {
	for _, text := range []string{
		"Approved", "Шымкент, ЖШС «Ќала»", "(\\)(", "line\nline\rline", "مرحبا", "𝕂𝕫 🦅", "/Contents <00>", ")>>endobj",
		"ÿ", strings.Repeat("Ш(", 1000),
	} {
		n := NewSignature{Name: text, Reason: text, Location: text, ContactInfo: text, Field: "ЖШС (1)"}
		s := mustRead(t, mustFill(t, mustPrepare(t, unsigned(nil).build(), n))).Signatures[0]
		if s.Name != text || s.Reason != text || s.Location != text || s.ContactInfo != text || s.Field != n.Field || len(s.Problems) > 0 {
			t.Errorf("%q became %q, %q, %q, %q, field %q, %v", text, s.Name, s.Reason, s.Location, s.ContactInfo, s.Field, s.Problems)
		}
	}
}

func TestDates(t *testing.T) {
	for _, zone := range []*time.Location{
		time.UTC, time.FixedZone("", 5*3600), time.FixedZone("", -3*3600-1800), time.FixedZone("", 5*3600+8*60+28),
	} {
		want := signedAt.In(zone)
		s, err := dateString(want)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := parseDate(s.Text()); !ok || !got.Equal(want) {
			t.Errorf("%s is read as %v, want %v", s.Value, got, want)
		}
	}
}

func TestRevisionRefused(t *testing.T) {
	good := NewSignature{Time: signedAt, Room: 64}
	with := func(change func(*NewSignature)) NewSignature { n := good; change(&n); return n }
	plain := unsigned(nil).build()
	hole := bytes.Clone(prepared())
	for name, c := range map[string]struct {
		file []byte
		n    NewSignature
		want error
	}{
		"permission 4":        {plain, with(func(n *NewSignature) { n.Certify = 4 }), ErrRevision},
		"permission -1":       {plain, with(func(n *NewSignature) { n.Certify = -1 }), ErrRevision},
		"no room":             {plain, with(func(n *NewSignature) { n.Room = 0 }), ErrRevision},
		"too much room":       {plain, with(func(n *NewSignature) { n.Room = maxRoom + 1 }), ErrRevision},
		"year":                {plain, with(func(n *NewSignature) { n.Time = signedAt.AddDate(9000, 0, 0) }), ErrRevision},
		"no UTF-8":            {plain, with(func(n *NewSignature) { n.Reason = "\xff" }), ErrRevision},
		"long text":           {plain, with(func(n *NewSignature) { n.Name = strings.Repeat("x", maxText+1) }), ErrRevision},
		"unknown lock":        {plain, with(func(n *NewSignature) { n.Lock = &Lock{Action: "Some"} }), ErrRevision},
		"lock without fields": {plain, with(func(n *NewSignature) { n.Lock = &Lock{Action: "Include"} }), ErrRevision},
		"lock with no UTF-8":  {plain, with(func(n *NewSignature) { n.Lock = &Lock{"Include", []string{"\xff"}} }), ErrRevision},
		"full stop":           {plain, with(func(n *NewSignature) { n.Field = "a.b" }), ErrField},
		"field no UTF-8":      {plain, with(func(n *NewSignature) { n.Field = "\xff" }), ErrField},
		"text field":          {fields("<</FT/Tx/T(a)>>").build(), with(func(n *NewSignature) { n.Field = "a" }), ErrField},
		"signed field":        {sample{}.build(), with(func(n *NewSignature) { n.Field = "Signature1" }), ErrField},
		"demanding field":     {fields("<</FT/Sig/T(a)/SV<</Ff 2>>>>").build(), with(func(n *NewSignature) { n.Field = "a" }), ErrField},
		"lock in a circle":    {fields("<</FT/Sig/T(a)/Lock 9 0 R>>", "10 0 R", "9 0 R").build(), with(func(n *NewSignature) { n.Field = "a" }), ErrField},
		"second certificate":  {sample{}.build(), with(func(n *NewSignature) { n.Certify = 2 }), ErrNotFirst},
		"empty signature":     {hole, good, ErrUnsound},
		"orphan signature":    {unsigned(sample{8: "<</Type/Sig/Contents<00>/ByteRange[0 1 2 3]>>"}).build(), good, ErrUnsound},
		"two readings":        {hybrid(), good, ErrUnsound},
		"bytes at the end":    {append(bytes.Clone(plain), "junk"...), good, ErrUnsound},
		"broken object":       {unsigned(sample{8: "<</A"}).build(), good, ErrUnsound},
		"wrong range":         {bytes.Replace(sample{}.build(), []byte("/ByteRange [0"), []byte("/ByteRange [1"), 1), good, ErrUnsound},
		"no pages":            {unsigned(sample{2: "<</Type/Pages/Kids[]/Count 0>>"}).build(), good, ErrUnsound},
		"page with key twice": {unsigned(sample{3: "<</Type/Page/Parent 2 0 R/A 1/A 2>>"}).build(), good, ErrUnsound},
		"annotations wrong":   {unsigned(sample{3: "<</Type/Page/Parent 2 0 R/Annots 7>>"}).build(), good, ErrUnsound},
		"permissions wrong":   {unsigned(sample{1: "<</Type/Catalog/Pages 2 0 R/Perms 7 0 R>>"}).build(), with(func(n *NewSignature) { n.Certify = 1 }), ErrUnsound},
	} {
		before := bytes.Clone(c.file)
		p, err := mustRead(t, c.file).PrepareSignature(c.n)
		if !errors.Is(err, c.want) || p != nil {
			t.Errorf("%s: error %v, want %v", name, err, c.want)
		}
		if !bytes.Equal(before, c.file) {
			t.Errorf("%s: the file was changed", name)
		}
	}
}

func TestFillPrepared(t *testing.T) {
	p := mustPrepare(t, unsigned(nil).build(), NewSignature{})
	long := append([]byte{0x30, 62}, bytes.Repeat([]byte{7}, 62)...)
	for name, c := range map[string]struct {
		content []byte
		want    error
	}{
		"all the room": {long, nil},
		"less":         {token, nil},
		"too long":     {append([]byte{0x30, 63}, make([]byte, 63)...), ErrHoleTooSmall},
		"two elements": {slices.Concat(token, token), ErrNotDER},
		"nothing":      {nil, ErrNotDER},
	} {
		out, err := p.Fill(c.content)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", name, err, c.want)
		}
		if c.want != nil {
			continue
		}
		if s := mustRead(t, out).Signatures[0]; !bytes.Equal(s.Contents, c.content) || len(s.Problems) > 0 {
			t.Errorf("%s: contents %x, %v", name, s.Contents, s.Problems)
		}
	}
	// What was longer before leaves nothing behind.
	if _, err := p.Fill(long); err != nil {
		t.Fatal(err)
	}
	if s := mustRead(t, mustFill(t, p)).Signatures[0]; len(s.Problems) > 0 {
		t.Error(s.Problems)
	}
}

func TestOpenHole(t *testing.T) {
	file := prepared()
	p, d, err := OpenHole(file)
	if err != nil || len(d.Signatures) != 1 {
		t.Fatal(err)
	}
	if parts, capacity, _ := Hole(file); p.Room() != capacity || !bytes.Equal(p.SignedBytes()[1], parts[1]) {
		t.Errorf("room for %d bytes, want %d", p.Room(), capacity)
	}
	if s := mustRead(t, mustFill(t, p)).Signatures[0]; len(s.Problems) > 0 {
		t.Error(s.Problems)
	}
	if _, _, err := OpenHole(file); !errors.Is(err, ErrNoHole) {
		t.Errorf("a filled file: %v", err)
	}
}

func TestDocumentTimestamp(t *testing.T) {
	for name, file := range inputs() {
		p, err := mustRead(t, file).PrepareTimestamp(64)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		d := checkAdded(t, file, mustFill(t, p))
		if s := d.Signatures[len(d.Signatures)-1]; s.Kind != KindTimestamp || !s.CoversWholeFile || len(s.Problems) > 0 {
			t.Errorf("%s: %+v", name, s)
		}
	}
	for _, room := range []int{0, maxRoom + 1} {
		if _, err := mustRead(t, sample{}.build()).PrepareTimestamp(room); !errors.Is(err, ErrRevision) {
			t.Errorf("room for %d bytes: %v", room, err)
		}
	}
}
