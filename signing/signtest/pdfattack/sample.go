package pdfattack

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The objects of the sample, by what they are.
const (
	catalog     = 1
	pageTree    = 2
	firstPage   = 3
	secondPage  = 4
	signature   = 5
	firstText   = 6
	secondText  = 7
	font        = 8
	logo        = 9
	acroForm    = 10
	signedField = 11
	nameField   = 12
	emptyField  = 13
	checkBox    = 14
	fixedField  = 15
	nameLooks   = 16
	boxOn       = 17
	boxOff      = 18
	info        = 19
	comment     = 20
	annotations = 21
	hidden      = 22 // nothing refers to it
	fixedLooks  = 23
	fresh       = 30 // the first number that is free
)

// sample is a signed form of two pages; the keys are its objects.
type sample map[int]string

func (s sample) with(n int, body string) sample {
	c := maps.Clone(s)
	c[n] = body
	return c
}

// edit changes a text of an object that must be there once.
func (s sample) edit(n int, old, changed string) sample {
	return s.with(n, replace(s[n], old, changed))
}

const sigStart = "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M(D:20260601115000Z)"

func sigBody(more string) string {
	return sigStart + more + "/ByteRange " + rangeHole + "/Contents " + contentsHole + ">>"
}

func stampBody() string {
	return "<</Type/DocTimeStamp/Filter/Adobe.PPKLite/SubFilter/ETSI.RFC3161/ByteRange " + rangeHole +
		"/Contents " + contentsHole + ">>"
}

// approval is the sample with an approval signature.
func approval() sample {
	return sample{
		catalog:  "<</Type/Catalog/Pages 2 0 R/AcroForm 10 0 R>>",
		pageTree: "<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2/MediaBox[0 0 600 800]>>",
		firstPage: "<</Type/Page/Parent 2 0 R/Contents 6 0 R/Annots 21 0 R" +
			"/Resources<</Font<</F1 8 0 R>>/XObject<</X1 9 0 R>>>>>>",
		secondPage:  "<</Type/Page/Parent 2 0 R/Contents 7 0 R/Resources<</Font<</F1 8 0 R>>>>>>",
		signature:   sigBody(""),
		firstText:   streamBody("", "1 g 0 0 600 800 re f 0 g BT /F1 20 Tf 50 700 Td (Pay 100) Tj ET q 50 0 0 50 500 700 cm /X1 Do Q"),
		secondText:  streamBody("", "BT /F1 20 Tf 50 700 Td (Terms) Tj ET"),
		font:        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
		logo:        streamBody("/Type/XObject/Subtype/Form/BBox[0 0 1 1]", "0 0 1 rg 0 0 1 1 re f"),
		acroForm:    "<</Fields[11 0 R 12 0 R 13 0 R 14 0 R 15 0 R]/SigFlags 3/DR<</Font<</F1 8 0 R>>>>/DA(/F1 12 Tf)>>",
		signedField: "<</Type/Annot/Subtype/Widget/FT/Sig/T(Signature1)/Rect[0 0 0 0]/F 132/P 3 0 R/V 5 0 R>>",
		nameField:   textField("name", "(Old)", "[50 500 250 520]", "", nameLooks),
		emptyField:  "<</Type/Annot/Subtype/Widget/FT/Sig/T(Signature2)/Rect[300 50 400 100]/F 4/P 3 0 R>>",
		checkBox: "<</Type/Annot/Subtype/Widget/FT/Btn/T(agree)/Rect[50 450 60 460]/F 4/P 3 0 R/V/Off/AS/Off" +
			"/AP<</N<</Yes 17 0 R/Off 18 0 R>>>>>>",
		fixedField:  textField("sum", "(100)", "[50 400 250 420]", "/Ff 1", fixedLooks),
		fixedLooks:  looks("100"),
		nameLooks:   looks("Old"),
		boxOn:       streamBody("/Type/XObject/Subtype/Form/BBox[0 0 10 10]", "0 0 m 10 10 l S"),
		boxOff:      streamBody("/Type/XObject/Subtype/Form/BBox[0 0 10 10]", ""),
		info:        "<</Title(Contract)/ModDate(D:20260601000000Z)>>",
		comment:     "<</Type/Annot/Subtype/Text/Rect[10 10 30 30]/Contents(First)/P 3 0 R>>",
		annotations: "[11 0 R 12 0 R 13 0 R 14 0 R 15 0 R 20 0 R]",
	}
}

// textField is a text field whose appearance is object n.
func textField(name, v, rect, more string, n int) string {
	return fmt.Sprintf("<</Type/Annot/Subtype/Widget/FT/Tx/T(%s)/V%s/Rect%s/F 4/P 3 0 R/DA(/F1 12 Tf)%s/AP<</N %d 0 R>>>>",
		name, v, rect, more, n)
}

// looks is an appearance that shows a text.
func looks(text string) string {
	return streamBody("/Type/XObject/Subtype/Form/BBox[0 0 200 20]/Resources<</Font<</F1 8 0 R>>>>",
		"/Tx BMC q BT /F1 12 Tf 2 5 Td ("+text+") Tj ET Q EMC")
}

// certified is the sample with a certification of a level.
func certified(level int) sample {
	return approval().edit(catalog, "/AcroForm", "/Perms<</DocMDP 5 0 R>>/AcroForm").with(signature, sigBody(docMDP(level)))
}

func docMDP(level int) string {
	return fmt.Sprintf("/Reference[<</Type/SigRef/TransformMethod/DocMDP"+
		"/TransformParams<</Type/TransformParams/P %d/V/1.2>>>>]", level)
}

func (s sample) draft(signers Signers) *draft {
	d := newDraft(signers)
	for _, n := range slices.Sorted(maps.Keys(s)) {
		d.put(n, s[n])
	}
	return d
}

func (s sample) build(signers Signers) *draft {
	return s.draft(signers).end("/Info 19 0 R")
}

// update writes objects of the sample anew in a later revision.
func (s sample) update(signers Signers, objects sample) []byte {
	d := s.build(signers)
	for _, n := range slices.Sorted(maps.Keys(objects)) {
		d.put(n, objects[n])
	}
	return d.end("/Info 19 0 R").out
}

// sign adds a signature in a new field that nobody sees; its objects are n and
// n+1.
func (s sample) sign(n int, name, body string) sample {
	added := fmt.Sprintf(" %d 0 R]", n)
	return sample{
		acroForm:    replace(s[acroForm], "15 0 R]", "15 0 R"+added),
		annotations: strings.TrimSuffix(s[annotations], "]") + added,
		n:           fmt.Sprintf("<</Type/Annot/Subtype/Widget/FT/Sig/T(%s)/Rect[0 0 0 0]/F 132/P 3 0 R/V %d 0 R>>", name, n+1),
		n + 1:       body,
	}
}

// and joins two updates.
func (s sample) and(more sample) sample {
	c := maps.Clone(s)
	maps.Copy(c, more)
	return c
}
