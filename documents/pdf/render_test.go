package pdf

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"tamga/documents"
)

func meta() Meta { return Meta{SignedAt: signedAt, Data: sampleData, Schema: sampleSchema} }

// TestRequiredFields leaves out one field after another of every kind.
func TestRequiredFields(t *testing.T) {
	l := compiled(t)
	for name, c := range specimens(t) {
		required, optional := l.Fields(c.Layout)
		if len(required) == 0 {
			t.Errorf("%s requires nothing", name)
		}
		for _, field := range required {
			less := c
			less.Fields = maps.Clone(c.Fields)
			for _, v := range []documents.Text{{}, {KK: "бар"}, {RU: "есть"}, {KK: " ", RU: "\u00A0"}} {
				less.Fields[field] = v
				var missing *MissingFieldError
				if _, err := l.Render(less, meta()); !errors.As(err, &missing) || missing.Field != "/fields/"+field || !errors.Is(err, ErrIncomplete) {
					t.Errorf("%s without %s: %v", name, field, err)
				}
			}
		}
		less := c
		less.Fields = maps.Clone(c.Fields)
		for _, field := range optional {
			delete(less.Fields, field)
		}
		if _, err := l.Render(less, meta()); err != nil {
			t.Errorf("%s without what is optional: %v", name, err)
		}
		less.Number = " "
		if _, err := l.Render(less, meta()); !errors.Is(err, ErrIncomplete) {
			t.Errorf("%s without number: %v", name, err)
		}
	}
	if _, err := l.Render(Content{Layout: "_letter", Number: "1"}, meta()); !errors.As(err, new(*UnknownLayoutError)) {
		t.Errorf("a base was rendered: %v", err)
	}
}

// TestHostileContent puts what must not be printed into every field, cell and
// caption: the error names the place.
func TestHostileContent(t *testing.T) {
	l := compiled(t)
	for name, c := range specimens(t) {
		check := func(place string, bad Content) {
			t.Helper()
			var glyph *MissingGlyphError
			if _, err := l.Render(bad, meta()); !errors.As(err, &glyph) || !strings.HasPrefix(glyph.Field, place) {
				t.Errorf("%s: %s: %v", name, place, err)
			}
		}
		for field, v := range c.Fields {
			required, optional := l.Fields(c.Layout)
			if !slices.Contains(append(required, optional...), field) {
				continue
			}
			bad := c
			bad.Fields = maps.Clone(c.Fields)
			bad.Fields[field] = documents.Text{KK: v.KK, RU: "a\u202Eb"}
			check("/fields/"+field+"/ru", bad)
			bad.Fields[field] = documents.Text{KK: strings.Repeat("ә", MaxFieldLength+1), RU: "a"}
			var long *TooLongError
			if _, err := l.Render(bad, meta()); !errors.As(err, &long) || long.Field != "/fields/"+field+"/kk" {
				t.Errorf("%s: too long a %s: %v", name, field, err)
			}
		}
		for table, rows := range c.Tables {
			bad := c
			bad.Tables = maps.Clone(c.Tables)
			broken := Table{Columns: rows.Columns, Rows: append([][]documents.Text{}, rows.Rows...)}
			broken.Rows[0] = append([]documents.Text{}, broken.Rows[0]...)
			broken.Rows[0][0] = documents.Text{KK: "😀", RU: "a"}
			bad.Tables[table] = broken
			check("/tables/"+table+"/0/", bad)
			bad.Tables[table] = Table{Columns: rows.Columns[1:], Rows: rows.Rows}
			if _, err := l.Render(bad, meta()); !errors.Is(err, ErrIncomplete) {
				t.Errorf("%s: table %s without a column: %v", name, table, err)
			}
			bad.Tables[table] = Table{Columns: rows.Columns, Rows: make([][]documents.Text, MaxRows+1)}
			if _, err := l.Render(bad, meta()); !errors.As(err, new(*TooLongError)) {
				t.Errorf("%s: table %s without end: %v", name, table, err)
			}
		}
	}
	c := specimens(t)["export-certificate"]
	for payload, said := range map[string]string{
		"a b": "must be percent-encoded", "ә": "must be percent-encoded", "a\nb": "must be percent-encoded",
		strings.Repeat("A", maxQR+1): "text of 561 bytes is longer than 560 characters",
	} {
		m := meta()
		m.QR = payload
		if _, err := l.Render(c, m); err == nil || !strings.Contains(err.Error(), said) {
			t.Errorf("QR text %.20q: %v", payload, err)
		}
	}
	m := meta()
	m.CheckURL = "https://tamga.example/c/7?code=Q2W3E4"
	file, err := l.Render(c, m)
	if err != nil {
		t.Fatal(err)
	}
	for i, page := range pagesOf(t, file) {
		if !strings.Contains(page, m.CheckURL) {
			t.Errorf("page %d does not print the document's own address", i+1)
		}
	}
}

// TestManyObjects checks a list over many pages: all rows are there, in order,
// every page repeats the header, and the file conforms.
func TestManyObjects(t *testing.T) {
	c := specimens(t)["export-certificate"]
	c.Tables = map[string]Table{"objects": objects(t, 500)}
	file := render(t, compiled(t), c)
	if err := conforms(file); err != nil {
		t.Fatal(err)
	}
	pages := pagesOf(t, file)
	all := strings.Join(pages, "")
	at := 0
	for i, row := range c.Tables["objects"].Rows {
		n := strings.Index(all[at:], row[len(row)-1].KK)
		if n < 0 {
			t.Fatalf("row %d is not after the one before it", i+1)
		}
		at += n
	}
	for i, page := range pages {
		if strings.Count(page, "КП-") > 4 && !strings.Contains(page, "Атауы") && !strings.Contains(page, "Наименование") {
			t.Errorf("page %d has no header", i+2)
		}
	}
}

// TestAllLettersTogether prints every printable character.
func TestAllLettersTogether(t *testing.T) {
	var every strings.Builder
	for i, r := range printable(world) {
		every.WriteRune(r)
		if i%10 == 9 { // a word of ten is on one line, and on one page
			every.WriteByte(' ')
		}
	}
	c := specimens(t)["refusal"]
	c.Fields["reason"] = Same(every.String())
	file := render(t, compiled(t), c)
	if err := conforms(file); err != nil {
		t.Error(err)
	}
	f := compiled(t).faces
	text, err := f.clean("", every.String(), true)
	all := solid(strings.Join(pagesOf(t, file), ""))
	for word := range strings.FieldsSeq(text) {
		if err != nil || !strings.Contains(all, solid(word)) {
			t.Errorf("not every one of %q is on the pages: %v", word, err)
		}
	}
}

func pngFile(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// bomb is a PNG file that claims a size.
func bomb(t testing.TB, w, h uint32) []byte {
	file := pngFile(t, image.NewGray(image.Rect(0, 0, 20, 20)))
	binary.BigEndian.PutUint32(file[16:], w)
	binary.BigEndian.PutUint32(file[20:], h)
	binary.BigEndian.PutUint32(file[29:], crc32.ChecksumIEEE(file[12:29]))
	return file
}

func TestPhotographs(t *testing.T) {
	l := compiled(t)
	c := specimens(t)["export-certificate"]
	good := c.Photographs[0]
	for name, data := range map[string][]byte{
		"nothing": nil, "no picture": []byte("%PDF-1.7"), "a bomb": bomb(t, 60000, 60000), "a wide bomb": bomb(t, 9000, 9000),
		"tiny": pngFile(t, image.NewGray(image.Rect(0, 0, 3, 3))), "cut off": good.Data[:len(good.Data)/2], "huge": append(bytes.Clone(good.Data), make([]byte, maxPhotoBytes)...),
		"a lie about its size": bomb(t, 30, 30),
	} {
		bad := good
		bad.Data = data
		c.Photographs = []Photograph{good, bad}
		var wrong *PhotographError
		if _, err := l.Render(c, meta()); !errors.As(err, &wrong) || wrong.Field != "/photographs/1" {
			t.Errorf("%s: %v", name, err)
		}
	}
	bad := good
	bad.Alt, bad.Caption = documents.Text{}, documents.Text{}
	c.Photographs = []Photograph{bad}
	if _, err := l.Render(c, meta()); !errors.Is(err, ErrIncomplete) {
		t.Errorf("a photograph without a text: %v", err)
	}
	c.Photographs = make([]Photograph, MaxPhotographs+1)
	if _, err := l.Render(c, meta()); !errors.As(err, new(*TooLongError)) {
		t.Errorf("too many photographs: %v", err)
	}
}

// TestOrientation checks that a photograph is turned as its camera says, and
// that nothing of what the camera wrote gets into the document.
func TestOrientation(t *testing.T) {
	var picture bytes.Buffer
	if err := jpeg.Encode(&picture, image.NewGray(image.Rect(0, 0, 200, 100)), nil); err != nil {
		t.Fatal(err)
	}
	plain := picture.Bytes()
	exif := append([]byte("Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00"), "SECRET-PLACE"...)
	file := append([]byte{0xFF, 0xD8, 0xFF, 0xE1, 0, byte(len(exif) + 2)}, exif...)
	file = append(file, plain[2:]...)
	for how := 1; how <= 8; how++ {
		file[6+6+8+10+1] = byte(how)
		p, err := preparePhoto(file)
		if err != nil {
			t.Fatal(err)
		}
		if wide := how < 5; wide != (p.width > p.height) {
			t.Errorf("orientation %d: %d x %d", how, p.width, p.height)
		}
		if bytes.Contains(p.jpeg, []byte("SECRET")) {
			t.Error("what the camera wrote is in the document")
		}
	}
}

// TestLayoutErrors checks that a mistake in a layout is named with its place.
func TestLayoutErrors(t *testing.T) {
	good := `{"name":"mine","version":"1","base":"_letter","texts":{"name":{"kk":"А","ru":"Б"}},
 "body":[{"block":"text","text":{"kk":"{position}","ru":"{position}"}}]}`
	folder := func(s string) Options {
		return Options{CheckURL: checkAddress, Editions: editions(), Folder: fstest.MapFS{"mine.json": {Data: []byte(s)}}}
	}
	l, err := Compile(folder(good))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Render(Content{Layout: "mine", Number: "1", Fields: specimens(t)["acceptance"].with(map[string]documents.Text{"position": both("Басшы", "Руководитель"), "signatory": Same("Ә. Б.")}).Fields}, meta()); err != nil {
		t.Error(err)
	}
	today := documents.CivilDate(signedAt)
	info, err := l.Info("mine", today)
	if err != nil || !strings.HasPrefix(info.Edition, "2026-draft@") || info.Name != "mine" || info.Version != "1" || len(info.Digest) != 64 {
		t.Errorf("info %+v", info)
	}
	for change, want := range map[[2]string]string{
		{`"version":"1",`, `"version":"1",,`}:                             "mine.json:1: ",
		{`"body":[`, `"bodi":[`}:                                          "mine.json:2: unknown field \"bodi\"",
		{`"block":"text"`, `"block":"txt"`}:                               "mine.json: body[0]: unknown block \"txt\"",
		{`"kk":"{position}"`, `"kk":"{posityon}"`}:                        "mine.json: body[0].text.kk: unknown field {posityon}",
		{`"ru":"{position}"`, `"ru":"{position"`}:                         "mine.json: body[0].text.ru: a { without its }",
		{`"ru":"{position}"`, `"ru":"{@nobody}"`}:                         "mine.json: body[0].text.ru: unknown text {@nobody}",
		{`"ru":"{position}"`, `"ru":"漢"`}:                                 "mine.json: body[0].text.ru: character U+6F22 cannot be printed",
		{`"block":"text",`, `"block":"text","style":"loud",`}:             "mine.json: body[0]: unknown style \"loud\"",
		{`"block":"text",`, `"block":"text","x":100,"width":90,`}:         "mine.json: body[0]: does not fit",
		{`"block":"text",`, `"block":"text","if":"nobody",`}:              "mine.json: body[0].if: unknown field \"nobody\"",
		{`"base":"_letter"`, `"base":"_nobody"`}:                          "mine.json: base: no base \"_nobody\"",
		{`"name":"mine"`, `"name":"yours"`}:                               "mine.json: name: ",
		{`"body":[`, `"styles":{"a":{"face":"bold","size":99}},"body":[`}: "mine.json: styles.a: ",
		{`"body":[`, `"body":7,"x":[`}:                                    "mine.json:2: ",
	} {
		s := strings.Replace(good, change[0], change[1], 1)
		_, err := Compile(folder(s))
		var wrong *LayoutError
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", change[1], err, want)
		}
	}
	other, err := Compile(folder(strings.Replace(good, `"kk":"{position}"`, `"kk":"{position}!"`, 1)))
	if err != nil {
		t.Fatal(err)
	}
	if second, _ := other.Info("mine", today); second.Digest == info.Digest {
		t.Error("another layout has the same digest")
	}
	if a, _ := l.Info("licence", today); a != func() LayoutInfo { i, _ := other.Info("licence", today); return i }() {
		t.Error("the same layout has two digests")
	}
}

func TestHyphenation(t *testing.T) {
	for word, want := range map[string]string{
		"қолжетімділік":   "қол-же-тім-ді-лік",
		"реставрациялау":  "рес-тав-ра-ци-я-лау",
		"шаңырақ":         "ша-ңы-рақ",
		"ҚР":              "ҚР",
		"объявление":      "объ-яв-ле-ние",
		"«өтінішіңізді»,": "«өті-ні-ші-ңізді»,",
		"археологических": "ар-хе-о-ло-ги-чес-ких",
		"ел":              "ел",
		"KZ08RLA26000041": "KZ08RLA26000041",
		"министрлігінің":  "ми-нистр-лі-гі-нің",
	} {
		got, last := "", 0
		for i := range word {
			if i > 0 && divisible(word, i) {
				got += word[last:i] + "-"
				last = i
			}
		}
		if got += word[last:]; got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// FuzzContent renders arbitrary texts in a letter with tables: an error that
// names a place, or a file that conforms.
func FuzzContent(f *testing.F) {
	f.Add("Шымкент", "(\\)\r", "endstream", int8(3))
	f.Add("ұзынсөзұзынсөзұзынсөз", "a\u00A0b", " - ", int8(40))
	l, usual := compiled(f), specimens(f)["conclusion"]
	f.Fuzz(func(t *testing.T, a, b, c string, rows int8) {
		doc := usual
		doc.Fields = maps.Clone(usual.Fields)
		doc.Fields["grounds"], doc.Fields["place"] = documents.Text{KK: a, RU: b}, documents.Text{KK: c, RU: a}
		table := usual.Tables["objects"]
		table.Rows = nil
		for range int(rows) & 31 {
			table.Rows = append(table.Rows, []documents.Text{{KK: b, RU: c}, Same("XIX"), Same("—"), {KK: c, RU: a}})
		}
		doc.Tables = map[string]Table{"objects": table, "members": doc.Tables["members"]}
		file, err := l.Render(doc, meta())
		if err != nil {
			if !errors.As(err, new(*MissingGlyphError)) && !errors.As(err, new(*TooLongError)) && !errors.Is(err, ErrIncomplete) {
				t.Fatal(err)
			}
			return
		}
		if err := conforms(file); err != nil {
			t.Error(err)
		}
	})
}
