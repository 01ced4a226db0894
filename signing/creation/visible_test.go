package creation_test

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/png" // pdftoppm writes it
	"maps"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"tamga/certs/ca"
	"tamga/judgetest"
	"tamga/signing/creation"
	"tamga/signing/creation/appearance"
	"tamga/signing/pades"
	"tamga/signing/pades/changes"
	"tamga/signing/signtest"
)

// at is a rectangle by its corner and sides.
func at(left, bottom, width, height float64) pades.Rectangle {
	return pades.Rectangle{Left: left, Bottom: bottom, Right: left + width, Top: bottom + height}
}

// sheetOf is a file of one page with a text in its upper part; page adds to the page.
func sheetOf(catalog, page string, more ...string) []byte {
	content := "BT /F 24 Tf 1 0 0 1 60 700 Tm (Agreement) Tj ET 0 0 1 RG 60 690 m 500 690 l S"
	return signtest.PDF("", append([]string{
		"<</Type/Catalog/Pages 2 0 R" + catalog + ">>",
		"<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 595 842]>>",
		"<</Type/Page/Parent 2 0 R/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>/Contents 4 0 R" + page + ">>",
		fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(content), content),
	}, more...)...)
}

const address = "https://tamga.example/check"

// picture draws the first page of a file, a pixel a point.
func picture(t *testing.T, file []byte) image.Image {
	t.Helper()
	judgetest.Need(t, "pdftoppm")
	dir := t.TempDir()
	if kept := os.Getenv("TAMGA_PICTURES"); kept != "" {
		dir = filepath.Join(kept, strings.ReplaceAll(t.Name(), "/", "_"))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	name := filepath.Join(dir, fmt.Sprintf("%d.pdf", len(file)))
	if err := os.WriteFile(name, file, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("pdftoppm", "-r", "72", "-f", "1", "-singlefile", "-cropbox", "-png", name, name).CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("pdftoppm: %v %s", err, out)
	}
	f, err := os.Open(name + ".png")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, _, err := image.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// differences counts the pixels that differ within a rectangle of the page as it is
// shown, and outside of it.
func differences(a, b image.Image, r pades.Rectangle) (inside, outside int) {
	height := float64(a.Bounds().Dy())
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			if a.At(x, y) == b.At(x, y) {
				continue
			}
			if float64(x) >= math.Floor(r.Left) && float64(x) < math.Ceil(r.Right) &&
				float64(y) >= math.Floor(height-r.Top) && float64(y) < math.Ceil(height-r.Bottom) {
				inside++
			} else {
				outside++
			}
		}
	}
	return inside, outside
}

// TestStampIsSeenWhereItWasOrdered draws pages of every turn, box and unit before and
// after: what is outside of the stamp stays as it was.
func TestStampIsSeenWhereItWasOrdered(t *testing.T) {
	p := signtest.New(t, ca.ECDSA)
	key := p.Person(signtest.Head())
	place := at(250, 300, 240, 90)
	for name, page := range map[string]string{
		"plain": "", "turned 90": "/Rotate 90", "turned 180": "/Rotate 180", "turned 270": "/Rotate 270", "turned back": "/Rotate -90",
		"cropped":               "/CropBox[30 40 560 800]",
		"cropped and turned":    "/CropBox[30 40 560 800]/Rotate 90",
		"crop beyond the media": "/CropBox[-100 -100 1000 1000]/Rotate 270",
		"of its own media box":  "/MediaBox[100 100 695 942]",
		"of indirect boxes":     "/MediaBox 5 0 R/Rotate 6 0 R",
		"of large units":        "/UserUnit 2",
	} {
		for _, language := range []string{"kk", "ru", "en"} {
			t.Run(name+" "+language, func(t *testing.T) {
				file := sheetOf("", page, "[595 842 0 0]", "90")
				signed := mustSign(t, file, key, creation.PDF{Reason: "№ 64 бұйрық",
					Stamp: &appearance.Stamp{Page: 1, Place: place, Language: language, Address: address}})
				everyRevision(t, p.Verifier, signed, 1)
				seen := place
				if strings.Contains(page, "UserUnit 2") { // pdftoppm draws a pixel a unit, and no line thinner
					seen = at(place.Left/2-1, place.Bottom/2-1, place.Width()/2+2, place.Height()/2+2)
				}
				in, out := differences(picture(t, file), picture(t, signed), seen)
				if in < 500 || out > 0 {
					t.Errorf("%d pixels of the stamp differ and %d around it", in, out)
				}
			})
		}
	}
}

// TestStampSays reads the stamp as people's programs do.
func TestStampSays(t *testing.T) {
	p := signtest.New(t, ca.ECDSA)
	key := p.Person(signtest.Head())
	serial := fmt.Sprintf("%x", key.Certificate.Serial)
	for language, want := range map[string][]string{
		"kk": {"Электрондық цифрлық қолтаңбамен қол қойылды", "Қол қойған тұлға: ӘБІЛОВ ҒАЛЫМ ҮСЕНҰЛЫ", "ЖСН: ••••••••••03", "Ұйым: ДЕМО МӘДЕНИЕТ КОМИТЕТІ", "БСН: 120741000014"},
		"ru": {"Подписано электронной цифровой подписью", "Подписавшее лицо: ӘБІЛОВ ҒАЛЫМ ҮСЕНҰЛЫ", "ИИН: ••••••••••03", "Организация: ДЕМО МӘДЕНИЕТ КОМИТЕТІ", "БИН: 120741000014"},
		"en": {"Signed with an electronic digital signature", "Signed by: ӘБІЛОВ ҒАЛЫМ ҮСЕНҰЛЫ", "IIN: ••••••••••03", "Organisation: ДЕМО МӘДЕНИЕТ КОМИТЕТІ", "BIN: 120741000014"},
	} {
		signed := mustSign(t, sheetOf("", ""), key, creation.PDF{Stamp: &appearance.Stamp{Page: 1, Place: at(60, 80, 400, 120), Language: language, Address: address}})
		got := strings.Join(strings.Fields(textOf(t, signed)), " ")
		for _, w := range append(want, "01.06.2026 17:00:00 (UTC+5)", serial) {
			if !strings.Contains(got, w) {
				t.Errorf("%s: %q is not in %q", language, w, got)
			}
		}
		if strings.Contains(got, "850101010003") {
			t.Errorf("%s: the whole number of the person is printed", language)
		}
	}
	whole := mustSign(t, sheetOf("", ""), key, creation.PDF{Stamp: &appearance.Stamp{Page: 1, Place: at(60, 80, 400, 120), Language: "kk", WholeIIN: true}})
	if got := textOf(t, whole); !strings.Contains(got, "ЖСН: 850101010003") {
		t.Errorf("the number is not printed where it was ordered: %q", got)
	}
	private := mustSign(t, sheetOf("", ""), p.Person(signtest.Applicant()), creation.PDF{Stamp: &appearance.Stamp{Page: 1, Place: at(60, 80, 400, 120), Language: "ru"}})
	if got := textOf(t, private); strings.Contains(got, "Организация") || strings.Contains(got, "БИН") {
		t.Errorf("a person without organisation has one: %q", got)
	}
}

// textOf is what pdftotext reads.
func textOf(t *testing.T, file []byte) string {
	t.Helper()
	judgetest.Need(t, "pdftotext")
	cmd := exec.Command("pdftotext", "-layout", "-", "-")
	cmd.Stdin = bytes.NewReader(file)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// TestStampNeverOverflows sets long names into small places: they are broken and made
// smaller until they fit, or the stamp is refused; nothing is painted beyond the place.
func TestStampNeverOverflows(t *testing.T) {
	p := signtest.New(t, ca.ECDSA)
	long := signtest.Head()
	long.Organisation = "«ӘҒҚҢӨҰҮҺІ РЕСПУБЛИКАЛЫҚ МӘДЕНИ МҰРАНЫ САҚТАУ ЖӘНЕ ХАЛЫҚАРАЛЫҚ ЫНТЫМАҚТАСТЫҚ ҒЫЛЫМИ-ЗЕРТТЕУ ОРТАЛЫҒЫ» ШАРУАШЫЛЫҚ ЖҮРГІЗУ ҚҰҚЫҒЫНДАҒЫ РЕСПУБЛИКАЛЫҚ МЕМЛЕКЕТТІК КӘСІПОРНЫ"
	long.Surname = strings.Repeat("ҚҰНАНБАЙҰЛЫ-", 4) + "Ы"
	key := p.Person(long)
	file := sheetOf("", "")
	before := picture(t, file)
	drawn, small := 0, 0
	for _, size := range [][2]float64{{400, 120}, {240, 90}, {160, 160}, {150, 100}, {120, 70}, {100, 40}, {60, 60}, {40, 300}, {12, 400}, {3, 3}} {
		place := at(60, 80, size[0], size[1])
		signed, err := signtest.Sign(creation.PDF{File: file, Stamp: &appearance.Stamp{Page: 1, Place: place, Language: "kk", Address: address}}, key, signtest.Now())
		if errors.Is(err, appearance.ErrSmall) {
			small++
			continue
		}
		if err != nil {
			t.Fatalf("%v: %v", size, err)
		}
		drawn++
		if in, out := differences(before, picture(t, signed), place); in < 500 || out > 0 {
			t.Errorf("%v: %d pixels of the stamp differ and %d around it", size, in, out)
		}
		// What is beyond the place is clipped, so that no pixel shows it.
		for _, w := range wordsOf(t, signed) {
			if !w.box.Within(place) && w.text != "Agreement" {
				t.Errorf("%v: the word %q is at %.1f, not within %.1f", size, w.text, w.box, place)
			}
		}
	}
	if drawn < 3 || small < 3 {
		t.Errorf("%d were drawn and %d too small, want some of both", drawn, small)
	}
}

type word struct {
	text string
	box  pades.Rectangle
}

// wordsOf are the words that pdftotext finds, from the lower left corner.
func wordsOf(t *testing.T, file []byte) (words []word) {
	t.Helper()
	judgetest.Need(t, "pdftotext")
	cmd := exec.Command("pdftotext", "-bbox", "-", "-")
	cmd.Stdin = bytes.NewReader(file)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`<word xMin="(\S+)" yMin="(\S+)" xMax="(\S+)" yMax="(\S+)">(.*)</word>`).FindAllStringSubmatch(string(out), -1) {
		var n [4]float64
		for i := range n {
			if n[i], err = strconv.ParseFloat(m[i+1], 64); err != nil {
				t.Fatal(err)
			}
		}
		words = append(words, word{m[5], pades.Rectangle{Left: n[0], Bottom: 842 - n[3], Right: n[2], Top: 842 - n[1]}})
	}
	if len(words) == 0 {
		t.Fatal("pdftotext finds no words")
	}
	return words
}

// TestStampOverNothing: what a page shows already is never covered nor completed, and
// what is not a place is refused for its reason.
func TestStampOverNothing(t *testing.T) {
	p := signtest.New(t, ca.ECDSA)
	key := p.Person(signtest.Head())
	const page = "/Annots[5 0 R]"
	note := "<</Type/Annot/Subtype/Square/Rect[60 300 200 340]/AP<</N 6 0 R>>>>"
	form := "<</Type/XObject/Subtype/Form/BBox[0 0 140 40]/Resources<<>>/Length 0>>stream\n\nendstream"
	file := sheetOf("", page, note, form)
	for _, c := range []struct {
		name  string
		stamp appearance.Stamp
		field string
		want  error
	}{
		{"over the text", appearance.Stamp{Page: 1, Place: at(60, 680, 300, 90)}, "", changes.ErrOccupied},
		{"over the line alone", appearance.Stamp{Page: 1, Place: at(400, 640, 150, 90)}, "", changes.ErrOccupied},
		{"over an annotation", appearance.Stamp{Page: 1, Place: at(100, 280, 250, 90)}, "", changes.ErrOccupied},
		{"beside the annotation", appearance.Stamp{Page: 1, Place: at(210, 280, 250, 90)}, "", nil},
		{"beyond the page", appearance.Stamp{Page: 1, Place: at(400, 80, 200, 90)}, "", creation.ErrPlace},
		{"to the edge of the page", appearance.Stamp{Page: 1, Place: at(395, 0, 200, 90)}, "", nil},
		{"on a page that is not there", appearance.Stamp{Page: 2, Place: at(60, 80, 200, 90)}, "", pades.ErrPage},
		{"on the last page", appearance.Stamp{Page: -1, Place: at(60, 80, 200, 90)}, "", nil},
		{"before the first page", appearance.Stamp{Page: -2, Place: at(60, 80, 200, 90)}, "", pades.ErrPage},
		{"without an area", appearance.Stamp{Page: 1, Place: at(60, 80, 200, 0)}, "", appearance.ErrStamp},
		{"turned inside out", appearance.Stamp{Page: 1, Place: at(260, 80, -200, 90)}, "", appearance.ErrStamp},
		{"nowhere", appearance.Stamp{}, "", pades.ErrField},
		{"in a field that is not there", appearance.Stamp{}, "Chair", pades.ErrField},
		{"in no language", appearance.Stamp{Page: 1, Place: at(60, 80, 200, 90), Language: "de"}, "", appearance.ErrStamp},
		{"with letters of the far east", appearance.Stamp{Page: 1, Place: at(60, 80, 200, 90)}, "reason", appearance.ErrLetters},
		{"with an address of blanks", appearance.Stamp{Page: 1, Place: at(60, 80, 200, 90), Address: "a b"}, "", appearance.ErrStamp},
	} {
		if c.stamp.Language == "" {
			c.stamp.Language = "kk"
		}
		form := creation.PDF{File: file, Stamp: &c.stamp, Field: c.field}
		if c.field == "reason" {
			form.Field, form.Reason = "", "漢字"
		}
		_, err := signtest.Sign(form, key, signtest.Now())
		if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

// TestStampInAField fills the signature field that a form has, its own widget or one
// below it, and refuses those that people could not see it in.
func TestStampInAField(t *testing.T) {
	p := signtest.New(t, ca.ECDSA)
	key := p.Person(signtest.Head())
	place := at(60, 80, 240, 90)
	const rect = "/Rect[60 80 300 170]"
	for name, c := range map[string]struct {
		field, kid string
		want       error
	}{
		"its own widget":    {"<</Type/Annot/Subtype/Widget/FT/Sig/T(Chair)/F 4/P 3 0 R" + rect + ">>", "null", nil},
		"not yet printed":   {"<</Subtype/Widget/FT/Sig/T(Chair)" + rect + ">>", "null", nil},
		"hidden":            {"<</Subtype/Widget/FT/Sig/T(Chair)/F 2" + rect + ">>", "null", pades.ErrField},
		"not to be viewed":  {"<</Subtype/Widget/FT/Sig/T(Chair)/F 32" + rect + ">>", "null", pades.ErrField},
		"without a place":   {"<</Subtype/Widget/FT/Sig/T(Chair)/F 4/Rect[0 0 0 0]>>", "null", pades.ErrField},
		"no signature's":    {"<</Subtype/Widget/FT/Tx/T(Chair)/F 4" + rect + ">>", "null", pades.ErrField},
		"over the text":     {"<</Subtype/Widget/FT/Sig/T(Chair)/F 4/Rect[60 680 400 780]>>", "null", changes.ErrOccupied},
		"a widget below it": {"<</FT/Sig/T(Chair)/Kids[6 0 R]>>", "<</Type/Annot/Subtype/Widget/Parent 5 0 R/F 4" + rect + ">>", nil},
		"in two places":     {"<</FT/Sig/T(Chair)/Kids[6 0 R 6 0 R]>>", "<</Type/Annot/Subtype/Widget/Parent 5 0 R/F 4" + rect + ">>", pades.ErrUnsound},
	} {
		shown := "/Annots[5 0 R]"
		if c.kid != "null" {
			shown = "/Annots[6 0 R]"
		}
		file := sheetOf("/AcroForm<</Fields[5 0 R]>>", shown, c.field, c.kid)
		signed, err := signtest.Sign(creation.PDF{File: file, Field: "Chair", Stamp: &appearance.Stamp{Language: "ru", Address: address}}, key, signtest.Now())
		if !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if err != nil {
			continue
		}
		everyRevision(t, p.Verifier, signed, 1)
		if in, out := differences(picture(t, file), picture(t, signed), place); in < 500 || out > 0 {
			t.Errorf("%s: %d pixels of the stamp differ and %d around it", name, in, out)
		}
		// The same after a signature that nobody sees, which permits it.
		after := mustSign(t, file, p.Person(signtest.Applicant()), creation.PDF{})
		everyRevision(t, p.Verifier, mustSign(t, after, key, creation.PDF{Field: "Chair", Stamp: &appearance.Stamp{Language: "ru"}}), 2)
		// A second one, elsewhere, leaves the first one valid; over the first it is refused.
		other := creation.PDF{File: signed, Stamp: &appearance.Stamp{Page: 1, Place: at(60, 200, 240, 90), Language: "kk"}}
		everyRevision(t, p.Verifier, signtest.Signed(t, other, p.Person(signtest.Applicant())), 2)
		other.Stamp = &appearance.Stamp{Page: 1, Place: at(200, 100, 240, 90), Language: "kk"}
		if _, err := signtest.Sign(other, key, signtest.Now()); !errors.Is(err, changes.ErrOccupied) {
			t.Errorf("%s: over the first stamp: %v", name, err)
		}
	}
}

// TestStampedTwiceAtEveryLevel: the first signature stays valid under the second
// stamp and everything that makes them last.
func TestStampedTwiceAtEveryLevel(t *testing.T) {
	p := signtest.New(t, ca.ECDSA)
	first, second := p.Person(signtest.Head()), p.Person(signtest.Applicant())
	with := p.Services(p.TSA())
	for _, level := range []creation.Baseline{creation.BaselineB, creation.BaselineT, creation.BaselineLT, creation.BaselineLTA} {
		file := sheetOf("", "")
		for i, key := range []creation.Key{first, second} {
			file = signtest.Made(t, with, creation.Order{Key: key, Level: level, Form: creation.PDF{File: file,
				Stamp: &appearance.Stamp{Page: 1, Place: at(60, float64(80+120*i), 240, 90), Language: "kk", Address: address}}})
		}
		got := verifyPDF(t, p.Verifier, file)
		if len(got.Signers) != 2 || !got.Passed() {
			t.Errorf("%s: %s", level, signtest.Explain(got))
		}
	}
}

// TestWithoutAStampNothingIsSeen: an invisible signature changes no pixel.
func TestWithoutAStampNothingIsSeen(t *testing.T) {
	key := signtest.New(t, ca.ECDSA).Person(signtest.Head())
	file := sheetOf("", "")
	if in, out := differences(picture(t, file), picture(t, mustSign(t, file, key, creation.PDF{})), at(0, 0, 595, 842)); in+out > 0 {
		t.Errorf("%d pixels differ", in+out)
	}
}

// TestStampIsTheSameTwice: what is drawn depends on nothing but the order.
func TestStampIsTheSameTwice(t *testing.T) {
	order := appearance.Stamp{Page: 1, Language: "kk", Address: address}
	facts := appearance.Facts{Signer: signtest.New(t, ca.ECDSA).Person(signtest.Head()).Certificate.Identity(), Serial: "1", Time: signtest.Now()}
	var first string
	for range 5 {
		d, err := appearance.Draw(240, 90, order, facts)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(d); first == "" {
			first = got
		} else if got != first {
			t.Fatal("the same stamp is drawn in two ways")
		}
	}
}

// TestStampOfATaggedDocument: each stamp has an element of its own in the structure,
// which says what the stamp says, and the older signatures permit it.
func TestStampOfATaggedDocument(t *testing.T) {
	p := signtest.New(t, ca.ECDSA)
	for name, tree := range map[string]string{
		"nothing":          "<</Type/StructTreeRoot>>",
		"one child":        "<</Type/StructTreeRoot/K 6 0 R/ParentTree<</Nums[0 8 0 R]>>/ParentTreeNextKey 1>>",
		"a list by itself": "<</Type/StructTreeRoot/K 7 0 R/ParentTree 9 0 R>>",
		"nodes":            "<</Type/StructTreeRoot/K[6 0 R]/ParentTree<</Kids[9 0 R]>>>>",
	} {
		file := sheetOf("/MarkInfo<</Marked true>>/StructTreeRoot 5 0 R", "/StructParents 0",
			tree, "<</Type/StructElem/S/Document/P 5 0 R>>", "[6 0 R]", "[6 0 R]", "<</Nums[0 8 0 R]/Limits[0 0]>>")
		for i, key := range []creation.Key{p.Person(signtest.Head()), p.Person(signtest.Applicant()), p.Person(signtest.Head())} {
			file = mustSign(t, file, key, creation.PDF{Stamp: &appearance.Stamp{Page: 1, Place: at(60, float64(80+120*i), 240, 90), Language: "en"}})
		}
		everyRevision(t, p.Verifier, file, 3)
		doc, err := pades.Read(file)
		if err != nil {
			t.Fatal(err)
		}
		last := len(doc.Revisions) - 1
		catalog, err := doc.Catalog(last)
		if err != nil {
			t.Fatal(err)
		}
		root, err := doc.ResolveDict(last, catalog.Get("StructTreeRoot"))
		if err != nil {
			t.Fatal(err)
		}
		parents := parentsOf(t, doc, root.Get("ParentTree"))
		seen := map[pades.Integer]bool{}
		for _, s := range doc.Signatures {
			widget, err := doc.ResolveDict(last, s.FieldID)
			if err != nil {
				t.Fatal(err)
			}
			key, ok := widget.Get("StructParent").(pades.Integer)
			element, err := doc.ResolveDict(last, parents[key])
			if err != nil {
				t.Fatal(err)
			}
			object, _ := element.Get("K").(pades.Dict)
			alt, _ := element.Get("Alt").(pades.String)
			if !ok || seen[key] || element.Name("S") != "Form" || object.Get("Obj") != pades.Object(s.FieldID) || !strings.HasPrefix(alt.Text(), "Signed with") {
				t.Errorf("%s: %s has the key %v (%v) and the element %v", name, s.Field, key, seen, element)
			}
			seen[key] = true
		}
	}
}

// parentsOf reads a number tree.
func parentsOf(t *testing.T, doc *pades.Document, tree pades.Object) map[pades.Integer]pades.Object {
	t.Helper()
	all := map[pades.Integer]pades.Object{}
	node, err := doc.ResolveDict(len(doc.Revisions)-1, tree)
	if err != nil {
		t.Fatal(err)
	}
	numbers, _ := node.Get("Nums").(pades.Array)
	for i := 0; i+1 < len(numbers); i += 2 {
		all[numbers[i].(pades.Integer)] = numbers[i+1]
	}
	kids, _ := node.Get("Kids").(pades.Array)
	for _, kid := range kids {
		maps.Copy(all, parentsOf(t, doc, kid))
	}
	return all
}

// TestStampWithinAFrame: a line around the page, or a table, leaves free what is in it.
func TestStampWithinAFrame(t *testing.T) {
	p := signtest.New(t, ca.ECDSA)
	key := p.Person(signtest.Head())
	content := "2 w 20 20 555 802 re S 0.5 w 40 40 m 555 40 l 555 300 l 40 300 l s 300 40 m 300 300 l S"
	file := signtest.PDF("", "<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 595 842]>>",
		"<</Type/Page/Parent 2 0 R/Resources<<>>/Contents 4 0 R>>", fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", len(content), content))
	place := at(50, 50, 240, 90)
	order := func(file []byte, place pades.Rectangle) creation.PDF {
		return creation.PDF{File: file, Stamp: &appearance.Stamp{Page: 1, Place: place, Language: "kk"}}
	}
	signed := signtest.Signed(t, order(file, place), key)
	if in, out := differences(picture(t, file), picture(t, signed), place); in < 500 || out > 0 {
		t.Errorf("%d pixels of the stamp differ and %d around it", in, out)
	}
	everyRevision(t, p.Verifier, signtest.Signed(t, order(signed, at(310, 50, 240, 90)), key), 2)
	for name, place := range map[string]pades.Rectangle{"over the frame": at(10, 400, 240, 90), "over the table": at(250, 150, 200, 90)} {
		if _, err := signtest.Sign(order(file, place), key, signtest.Now()); !errors.Is(err, changes.ErrOccupied) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
