package language

import "testing"

func TestText(t *testing.T) {
	text := Text{KK: "иә", RU: "да", EN: "yes"}
	for l, want := range map[Lang]string{KK: "иә", RU: "да", EN: "yes", "de": "иә", "": "иә"} {
		if got := text.In(l); got != want {
			t.Errorf("in %q: %q", l, got)
		}
	}
	if !text.Whole() || (Text{KK: "иә", RU: "да"}).Whole() || (Text{KK: "иә", EN: "yes"}).Whole() || (Text{RU: "да", EN: "yes"}).Whole() {
		t.Error("whole texts and others are not told apart")
	}
}

func TestLanguages(t *testing.T) {
	if Lang("de").Known() || Lang("").Known() || Lang("KK").Known() || Lang("de").Name() != "" {
		t.Error("an unknown language is known")
	}
	names := map[string]bool{}
	for _, l := range All() {
		names[l.Name()] = true
		if !l.Known() || l.Name() == "" {
			t.Errorf("%s is not known", l)
		}
	}
	if len(names) != 3 {
		t.Errorf("names: %v", names)
	}
}
