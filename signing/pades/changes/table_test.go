package changes_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"tamga/signing/pades"
	"tamga/signing/pades/changes"
)

// signedPart is the first revision of a file of the attack set.
func signedPart(t *testing.T, name string) []byte {
	file := caseFile(t, name)
	return file[:bytes.Index(file, []byte("%%EOF\n"))+len("%%EOF\n")]
}

// updated says how the first signature of a file stands after an update.
func updated(t *testing.T, file []byte, objects map[int]string) changes.Report {
	t.Helper()
	doc, err := pades.Read(appendRevision(file, objects))
	if err != nil || len(doc.Unreadable) > 0 {
		t.Fatal(err, doc.Unreadable)
	}
	report, err := changes.Since(doc, &doc.Signatures[0], changes.Annotations)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

const look = "<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 1>>stream\n0\nendstream"

// commented adds an annotation where comments are permitted.
func commented(t *testing.T, base []byte, dict string) changes.Report {
	return updated(t, base, map[int]string{
		21: "[11 0 R 12 0 R 13 0 R 14 0 R 15 0 R 20 0 R 30 0 R]", 30: "<</Type/Annot/Rect[100 100 120 120]" + dict + ">>", 31: look,
	})
}

// TestComments adds an annotation of every type and with every entry (12.5.2,
// 12.5.6): what is a comment is permitted, and nothing else.
func TestComments(t *testing.T) {
	base := signedPart(t, "honest: a comment where comments are permitted")
	for _, kind := range strings.Fields("Text FreeText Line Square Circle Polygon PolyLine Highlight Underline Squiggly StrikeOut Stamp Caret Ink Popup") {
		if report := commented(t, base, "/AP<</N 31 0 R>>/Subtype/"+kind); report.Outcome() != changes.Annotated {
			t.Errorf("%s: %s", kind, report)
		}
		for _, more := range []string{"/A<</S/URI/URI(x)>>", "/AA<</E<</S/URI/URI(x)>>>>", "/OC 8 0 R"} {
			report := commented(t, base, "/AP<</N 31 0 R>>/Subtype/"+kind+more)
			if report.Allowed() || !slices.Contains(report.Codes(), changes.CodeAnnotation) && !slices.Contains(report.Codes(), changes.CodeAction) {
				t.Errorf("%s with %s: %s", kind, more, report)
			}
		}
	}
	for _, kind := range strings.Fields("Link FileAttachment Screen Movie Sound Redact Widget PrinterMark TrapNet Watermark 3D RichMedia Projection Other") {
		if report := commented(t, base, "/AP<</N 31 0 R>>/Subtype/"+kind); !slices.Contains(report.Codes(), changes.CodeAnnotation) {
			t.Errorf("%s: %s", kind, report)
		}
	}
}

// TestCommentEntries gives a comment, new and old, every entry of its right type
// and of a wrong one.
func TestCommentEntries(t *testing.T) {
	base := signedPart(t, "honest: a comment where comments are permitted")
	was := "<</Type/Annot/Subtype/Text/Rect[10 10 30 30]/Contents(First)/P 3 0 R"
	for entry, wrong := range map[string]string{
		"/NM(x)": "/NM/x", "/M(x)": "/M 1", "/F 4": "/F(4)", "/AS/N": "/AS(N)", "/Border[0 0 1[3 2]]": "/Border[/x]", "/C[1 0 0]": "/C/x",
		"/StructParent 1": "/StructParent/x", "/Lang(kk)": "/Lang/kk", "/T(x)": "/T[(x)]", "/CA 0.5": "/CA/x", "/ca 1": "/ca(1)", "/RC(x)": "/RC 9 0 R",
		"/CreationDate(x)": "/CreationDate/x", "/IRT 20 0 R": "/IRT[20 0 R]", "/Subj(x)": "/Subj/x", "/RT/R": "/RT(R)", "/IT/x": "/IT(x)", "/Open true": "/Open 1",
		"/Name/Note": "/Name(Note)", "/Parent 20 0 R": "/Parent/x", "/Popup 20 0 R": "/Popup[20 0 R]", "/State(x)": "/State/x", "/StateModel(x)": "/StateModel/x",
		"/DA(x)": "/DA/x", "/Q 1": "/Q/x", "/DS(x)": "/DS/x", "/CL[1 2]": "/CL[/x]", "/BE<<>>": "/BE[]", "/BS<<>>": "/BS[]", "/RD[1 2 3 4]": "/RD/x",
		"/LE/None": "/LE(x)", "/LE[/None/None]": "/LE[1]", "/L[1 2 3 4]": "/L/x", "/IC[1]": "/IC[/x]", "/LL 1": "/LL/x", "/LLE 1": "/LLE/x", "/LLO 1": "/LLO/x",
		"/Cap true": "/Cap/true", "/CP/Top": "/CP(Top)", "/CO[1 2]": "/CO/x", "/Vertices[1 2]": "/Vertices[[1]]", "/QuadPoints[1]": "/QuadPoints/x", "/Sy/P": "/Sy 1",
		"/InkList[[1 2]]": "/InkList[1 2]", "/Rotate 90": "/Rotate/x", "/BM/Normal": "/BM 1",
	} {
		for _, c := range []struct {
			entry string
			want  bool
		}{{entry, true}, {wrong, false}} {
			added := commented(t, base, "/Subtype/Text/Contents(x)/P 3 0 R"+c.entry)
			changed := updated(t, base, map[int]string{20: was + c.entry + ">>"})
			for _, report := range []changes.Report{added, changed} {
				if report.Allowed() != c.want || !c.want && !slices.Contains(report.Codes(), changes.CodeAnnotationChanged) {
					t.Errorf("a comment with %s: %s", c.entry, report)
				}
			}
		}
	}
	for _, entry := range []string{"/FS<<>>", "/Sound<<>>", "/Dest[3 0 R/Fit]", "/ExData<<>>", "/Resources<<>>", "/XObject<<>>"} {
		if report := commented(t, base, "/Subtype/Text"+entry); !slices.Contains(report.Codes(), changes.CodeAnnotationChanged) {
			t.Errorf("a comment with %s: %s", entry, report)
		}
	}
}

// TestFieldEntries gives a new signature field every entry.
func TestFieldEntries(t *testing.T) {
	base := signedPart(t, "honest: nothing follows")
	field := func(entry string) changes.Report {
		return updated(t, base, map[int]string{
			10: "<</Fields[11 0 R 12 0 R 13 0 R 14 0 R 15 0 R 30 0 R]/SigFlags 3/DR<</Font<</F1 8 0 R>>>>/DA(/F1 12 Tf)>>",
			30: "<</FT/Sig/T(Other)" + entry + ">>", 31: look,
		})
	}
	for _, entry := range strings.Split("/Type/Annot|/Subtype/Widget/Rect[0 0 0 0]|/TU(x)|/TM(x)|/F 4|/Ff 1|/P 3 0 R|/Rect[0 0 0 0]/Subtype/Widget/AP<</N 31 0 R>>|/AS/N|"+
		"/MK<<>>|/BS<<>>|/Border[0 0 0]|/DA(x)|/DR<<>>|/Q 0|/Lock<<>>|/SV<<>>|/M(x)|/NM(x)|/C[0]|/H/N", "|") {
		if report := field(entry); report.Outcome() != changes.FormsFilled {
			t.Errorf("a field with %s: %s %+v", entry, report, report.Forbidden())
		}
	}
	for entry, code := range map[string]string{
		"/A<<>>": changes.CodeAction, "/AA<<>>": changes.CodeAction, "/OC 8 0 R": changes.CodeField, "/StructParent 1": changes.CodeField,
		"/Opt[]": changes.CodeField, "/Resources<<>>": changes.CodeField, "/Subtype/Stamp": changes.CodeField, "/Rect[0 0 0 0]": changes.CodeField,
		"/AP<</N 31 0 R>>": changes.CodeAppearance, "/Subtype/Widget/Rect[0 0]": changes.CodeField,
	} {
		if report := field(entry); !slices.Contains(report.Codes(), code) {
			t.Errorf("a field with %s: %s", entry, report)
		}
	}
}

// TestAppearanceEntries fills a field with an appearance that has every entry, and
// that is drawn by every operator.
func TestAppearanceEntries(t *testing.T) {
	base := signedPart(t, "honest: a field filled after a certification")
	filled := func(dict, content string) changes.Report {
		return updated(t, base, map[int]string{
			12: "<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(New)/Rect[50 500 250 520]/F 4/P 3 0 R/DA(/F1 12 Tf)/AP<</N 30 0 R>>>>",
			30: fmt.Sprintf("<</Subtype/Form/BBox[0 0 200 20]/Resources<</Font<</F1 8 0 R>>>>%s/Length %d>>stream\n%s\nendstream", dict, len(content), content),
		})
	}
	const shown = "BT /F1 12 Tf (New) Tj ET "
	for _, entry := range strings.Split("|/Type/XObject|/FormType 1|/Name/x|/Matrix[1 0 0 1 0 0]|/Group<<>>|/DecodeParms null", "|") {
		if report := filled(entry, shown); report.Outcome() != changes.FormsFilled {
			t.Errorf("an appearance with %s: %s %+v", entry, report, report.Forbidden())
		}
	}
	for _, entry := range []string{"/OC 8 0 R", "/Ref<<>>", "/PieceInfo<<>>", "/Metadata 8 0 R", "/StructParents 1", "/OPI<<>>"} {
		if report := filled(entry, shown); !slices.Contains(report.Codes(), changes.CodeAppearance) {
			t.Errorf("an appearance with %s: %s", entry, report)
		}
	}
	for _, content := range strings.Split("/Tx BMC EMC|/Tx<<>>BDC EMC|q Q|1 0 0 1 0 0 cm|0 g|0 G|0 0 0 rg|0 0 0 RG|0 0 0 1 k|0 0 0 1 K|1 w|[]0 d|0 J|0 j|1 M|1 i|"+
		"0 0 1 1 re n|0 0 m 1 1 l h S|0 0 1 1 re W n|0 0 1 1 re W* n|0 0 1 1 re f|0 0 1 1 re F|0 0 1 1 re f*|0 0 1 1 re s|0 0 1 1 re B|0 0 1 1 re b|"+
		"1 0 Td|1 0 TD|1 0 0 1 0 0 Tm|T*|0 Tc|0 Tw|0 TL|100 Tz|[] TJ|() '|0 0 () \"", "|") {
		if report := filled("", shown+content); report.Outcome() != changes.FormsFilled {
			t.Errorf("an appearance of %s: %s %+v", content, report, report.Forbidden())
		}
	}
	for _, content := range strings.Split("/X1 Do|/G1 gs|/S1 sh|0 0 1 1 1 1 c|0 0 1 1 v|0 0 1 1 y|0 0 1 1 re B*|0 0 1 1 re b*|3 Tr|5 Ts|/Cs cs|/Cs CS|0 sc|0 scn|0 SC|0 SCN|"+
		"BX|EX|/x MP|/x/x DP|/x ri|1 0 d0|BI|what", "|") {
		if report := filled("", shown+content); !slices.Contains(report.Codes(), changes.CodeAppearance) {
			t.Errorf("an appearance of %s: %s", content, report)
		}
	}
}

// TestWords holds what people read.
func TestWords(t *testing.T) {
	for level, want := range map[changes.Level]string{
		changes.Nothing: "nothing", changes.LTV: "ltv", changes.FormFilling: "form filling", changes.Annotations: "annotations",
		changes.Never: "never", -1: "level -1", changes.Never + 1: "level 5",
	} {
		if level.String() != want {
			t.Errorf("level %d is %q", int(level), level)
		}
	}
	for outcome, want := range map[changes.Outcome]string{
		changes.Changed: "changed", changes.Unchanged: "unchanged", changes.OnlyLTV: "only evidence added",
		changes.FormsFilled: "forms filled or signed as permitted", changes.Annotated: "annotated as permitted",
	} {
		if outcome.String() != want {
			t.Errorf("outcome %d is %q", int(outcome), outcome)
		}
	}
	base := signedPart(t, "honest: nothing follows")
	report := updated(t, base, map[int]string{8: "<</Type/Font/Subtype/Type1/BaseFont/Symbol>>", 19: "<</Title(Gift)/ModDate(D:20260601000000Z)>>"})
	if report.String() != "changed: font, trailer" {
		t.Errorf("a report says %q", report)
	}
}
