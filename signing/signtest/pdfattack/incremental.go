package pdfattack

import (
	"bytes"
	"fmt"
	"strings"

	"tamga/signing/pades"
)

// Codes of package signing/pades/changes, which this package does not import.
const (
	codeAction        = "action"
	codeAnnotation    = "annotation-added"
	codeAppearance    = "appearance"
	codeCatalog       = "catalog"
	codeCertification = "certification-not-first"
	codeContent       = "page-content"
	codeDSS           = "dss-changed"
	codeDangling      = "dangling-reference"
	codeDuplicate     = "duplicate-key"
	codeField         = "field"
	codeFieldName     = "field-name"
	codeFieldValue    = "field-value"
	codeFont          = "font"
	codeForm          = "form-changed"
	codeFreed         = "object-freed"
	codeHybrid        = "hybrid-xref"
	codeLocked        = "field-locked"
	codeObject        = "object-changed"
	codeOverlap       = "overlap-annotation"
	codeOverContent   = "overlap-content"
	codePage          = "page"
	codePageAdded     = "page-added"
	codePageBox       = "page-box"
	codePageMoved     = "page-tree-moved"
	codePageRemoved   = "page-removed"
	codePageReordered = "page-reordered"
	codeRange         = "signature-range"
	codeResources     = "resources"
	codeReused        = "number-reused"
	codeRoot          = "root-moved"
	codeShared        = "object-shared"
	codeSigChanged    = "signature-changed"
	codeSignature     = "signature-added"
	codeTrailer       = "trailer"
	codeType          = "type-changed"
	codeUnlisted      = "unlisted-reference"
	codeVisible       = "visible-field"
	codeXObject       = "xobject"
)

const forgedText = "BT /F1 20 Tf 50 700 Td (Pay 900) Tj ET"

// incremental are incremental saving attacks: the signed revision is intact, a
// later one shows something else.
func incremental(g Signers) []Case {
	s := approval()
	after := func(objects sample) []byte { return s.update(g, objects) }
	root := func(more string) string { return replace(s[catalog], "/AcroForm", more+"/AcroForm") }
	annots := strings.TrimSuffix(s[annotations], "]") + " 30 0 R]"
	page := func(old, changed string) sample { return sample{firstPage: replace(s[firstPage], old, changed)} }
	return []Case{
		{"isa: a page added", after(sample{
			pageTree: "<</Type/Pages/Kids[3 0 R 4 0 R 30 0 R]/Count 3/MediaBox[0 0 600 800]>>",
			fresh:    "<</Type/Page/Parent 2 0 R/Contents 31 0 R>>", fresh + 1: streamBody("", forgedText),
		}), Change, codePageAdded},
		{"isa: a page removed", after(sample{pageTree: "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 600 800]>>"}), Change, codePageRemoved},
		{"isa: the pages reordered", after(sample{pageTree: "<</Type/Pages/Kids[4 0 R 3 0 R]/Count 2/MediaBox[0 0 600 800]>>"}),
			Change, codePageReordered},
		{"isa: the content of a page replaced", after(sample{firstText: streamBody("", forgedText)}), Change, codeContent},
		{"isa: a page with another content", after(page("/Contents 6 0 R", "/Contents 30 0 R").
			and(sample{fresh: streamBody("", forgedText)})), Change, codeContent},
		{"isa: content appended to a page", after(page("/Contents 6 0 R", "/Contents[6 0 R 30 0 R]").
			and(sample{fresh: streamBody("", forgedText)})), Change, codeContent},
		{"isa: a page replaced through an object stream", packedPage(g), Change, codeContent},
		{"isa: the box of a page changed", after(page("/Parent", "/CropBox[0 0 100 100]/Parent")), Change, codePageBox},
		{"isa: the inherited box changed", after(sample{pageTree: "<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2/MediaBox[0 0 600 400]>>"}),
			Change, codePageBox},
		{"isa: a page turned", after(page("/Parent", "/Rotate 180/Parent")), Change, codePageBox},
		{"isa: other resources", after(page("/X1 9 0 R", "/X1 30 0 R").and(sample{fresh: s[boxOn]})), Change, codeResources},
		{"isa: a font swapped", after(sample{font: "<</Type/Font/Subtype/Type1/BaseFont/Symbol>>"}), Change, codeFont},
		{"isa: an image swapped", after(sample{logo: replace(s[logo], "0 0 1 rg", "1 0 0 rg")}), Change, codeXObject},
		{"isa: a stamp over the text", after(sample{
			annotations: annots, fresh: "<</Type/Annot/Subtype/Stamp/Rect[50 690 200 730]/AP<</N 31 0 R>>>>", fresh + 1: looks("Pay 900"),
		}), Change, codeAnnotation},
		{"isa: free text added", after(sample{
			annotations: annots, fresh: "<</Type/Annot/Subtype/FreeText/Rect[50 690 200 730]/Contents(Pay 900)/DA(/F1 20 Tf)>>",
		}), Change, codeAnnotation},
		{"isa: a link added", after(sample{
			annotations: annots, fresh: "<</Type/Annot/Subtype/Link/Rect[50 690 200 730]/A<</S/URI/URI(http://evil.example)>>>>",
		}), Change, codeAction},
		{"isa: annotations reordered", after(sample{annotations: "[12 0 R 11 0 R 13 0 R 14 0 R 15 0 R 20 0 R]"}), Change, codeAnnotation},
		{"isa: a widget moved", after(sample{nameField: replace(s[nameField], "[50 500 250 520]", "[50 690 250 710]")}), Change, codeField},
		{"isa: a page with an action", after(page("/Parent", "/AA<</O<</S/JavaScript/JS(x)>>>>/Parent")), Change, codeAction},
		{"isa: an action on opening", after(sample{catalog: root("/OpenAction<</S/JavaScript/JS(app.alert\\(1\\))>>")}), Change, codeAction},
		{"isa: actions of the document", after(sample{catalog: root("/AA<</WS<</S/JavaScript/JS(x)>>>>")}), Change, codeAction},
		{"isa: JavaScript by name", after(sample{catalog: root("/Names<</JavaScript<</Names[(x)30 0 R]>>>>"),
			fresh: "<</S/JavaScript/JS(x)>>"}), Change, codeAction},
		{"isa: layers added", after(sample{catalog: root("/OCProperties<</OCGs[]/D<<>>>>")}), Change, codeCatalog},
		{"isa: outlines added", after(sample{catalog: root("/Outlines<</Type/Outlines>>")}), Change, codeCatalog},
		{"isa: viewer preferences changed", after(sample{catalog: root("/ViewerPreferences<</HideToolbar true>>")}), Change, codeCatalog},
		{"isa: the page tree moved", after(sample{
			catalog: replace(s[catalog], "/Pages 2 0 R", "/Pages 30 0 R"),
			fresh:   "<</Type/Pages/Kids[31 0 R]/Count 1/MediaBox[0 0 600 800]>>", fresh + 1: "<</Type/Page/Parent 30 0 R/Contents 32 0 R>>",
			fresh + 2: streamBody("", forgedText),
		}), Change, codePageMoved},
		{"isa: the catalog is another object", movedRoot(g), Change, codeRoot},
		{"isa: the title changed", after(sample{info: replace(s[info], "(Contract)", "(Gift)")}), Change, codeTrailer},
		{"isa: the file identifier becomes a number", otherID(g, "[1 2]"), Change, codeTrailer},
		{"isa: the file identifier becomes one string", otherID(g, "[<32>]"), Change, codeTrailer},
		{"isa: an object removed", removed(g, logo), Change, codeFreed},
		{"isa: an object number used again", reused(g), Change, codeReused},
		{"isa: an object of another type", after(sample{font: streamBody("", "x")}), Change, codeType},
		{"isa: a key twice in a page", after(page("/Contents 6 0 R", "/Contents 6 0 R/Contents 7 0 R")), Unreadable, pades.CodeDuplicateKey},
		{"isa: a key twice in a font", after(sample{font: replace(s[font], "/BaseFont", "/BaseFont/Symbol/BaseFont")}), Change, codeDuplicate},
		{"isa: an object that fills an old reference", s.edit(firstPage, "/X1 9 0 R", "/X1 9 0 R/X2 30 0 R").update(g, sample{fresh: s[logo]}),
			Change, codeDangling},
		{"isa: a hybrid cross-reference", hybrid(g), Change, codeHybrid},
		{"isa: the size shrinks", shrunk(g), Change, codeTrailer},
		{"isa: the length of a stream changed", s.with(firstText, "<</Length 30 0 R>>stream\n"+forgedText+"\nendstream").
			with(fresh, fmt.Sprint(len(forgedText))).update(g, sample{fresh: "3"}), Unreadable, pades.CodeLengthRedefined},
		{"isa: text after the end", append(s.build(g).out, "30 0 obj\n<<>>\nendobj\n"...), Unreadable, pades.CodeTrailingBytes},
		{"isa: an update without a cross-reference", append(bytes.Clone(s.build(g).out), "6 0 obj\n<<>>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n"...),
			Unreadable, pades.CodeTrailingBytes},
		{"isa: a second end that names the first revision", doubledEnd(g), Read, "last startxref"},
		{"isa: Prev into nowhere", prevAt(g, 100000000), Read, "/Prev"},
		{"isa: Prev beside the section", prevAt(g, 20), Read, "no object begins here"},
	}
}

func packedPage(g Signers) []byte {
	s := approval()
	d := s.build(g)
	d.pack(70, "", map[int]string{firstPage: replace(s[firstPage], "/Contents 6 0 R", "/Contents 7 0 R")})
	return d.endStream(71, "/Info 19 0 R").out
}

func movedRoot(g Signers) []byte {
	s := approval()
	d := s.build(g)
	d.put(fresh, s[catalog])
	d.root = fresh
	return d.end("/Info 19 0 R").out
}

func otherID(g Signers, id string) []byte {
	d := approval().build(g)
	d.id = id
	return d.end("/Info 19 0 R").out
}

func removed(g Signers, n int) []byte {
	d := approval().build(g)
	d.list(n, entry{kind: 'f'})
	return d.end("/Info 19 0 R").out
}

// reused writes object 9 anew with generation 1, as if the first had been
// removed.
func reused(g Signers) []byte {
	d := approval().build(g)
	at := len(d.out)
	d.put(logo, approval()[logo])
	d.out = append(d.out[:at], replace(string(d.out[at:]), "9 0 obj", "9 1 obj")...)
	d.end("/Info 19 0 R")
	return []byte(replace(string(d.out), fmt.Sprintf("%010d 00000 n", at), fmt.Sprintf("%010d 00001 n", at)))
}

// hybrid adds an object that only programs see which read cross-reference
// streams.
func hybrid(g Signers) []byte {
	d := approval().build(g)
	only := len(d.out)
	d.put(69, "(seen by some)")
	delete(d.entries, 69)
	row := deflate(string([]byte{1, byte(only >> 16), byte(only >> 8), byte(only), 0}))
	at := len(d.out)
	d.put(70, streamBody("/Type/XRef/W[1 3 1]/Size 71/Index[69 1]/Filter/FlateDecode", row))
	return d.end(fmt.Sprintf("/Info 19 0 R/XRefStm %d", at)).out
}

// shrunk lowers /Size, so that the highest objects are beyond it.
func shrunk(g Signers) []byte {
	d := approval().build(g)
	d.size = 10
	return d.end("/Info 19 0 R").out
}

func doubledEnd(g Signers) []byte {
	s := approval()
	d := s.build(g)
	first := d.prev
	d.put(firstText, streamBody("", forgedText)).end("/Info 19 0 R")
	return fmt.Appendf(d.out, "startxref\n%d\n%%%%EOF\n", first)
}

func prevAt(g Signers, offset int) []byte {
	d := approval().build(g)
	d.prev = offset
	return d.end("/Info 19 0 R").out
}
