package pdf

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"tamga/documents"
)

func TestHostileText(t *testing.T) {
	l := compiled(t)
	for _, s := range []string{
		"(", ")", `\`, "))((", ">>", "<<", "endstream", "endobj", "trailer", "%%EOF", "1 0 obj", "/Contents <00>",
		"Q ET EMC Tj", "<script>", "]]>", "&amp;", "'\"", "#(", "Шымкент ЖШС ЩќШ", "xref", "BT/F0 1 Tf",
		strings.Repeat("Ұ", 5000), strings.Repeat("( ", 3000),
	} {
		licence, refusal := map[string]documents.Text{"special_conditions": Same(s)}, map[string]documents.Text{"reason": Same(s)}
		if len(s) < 100 {
			for _, field := range []string{"head", "licensor"} {
				licence[field] = Same(s)
			}
			for _, field := range []string{"authority", "signatory"} {
				refusal[field] = Same(s)
			}
		}
		for _, doc := range []Content{specimens(t)["licence"].with(licence), specimens(t)["refusal"].with(refusal)} {
			p, err := parse(render(t, l, doc))
			if err != nil {
				t.Errorf("%.20q: %v", s, err)
				continue
			}
			if all := solid(strings.Join(p.pages, "")); len(s) < 100 && !strings.Contains(all, solid(s)) {
				t.Errorf("%q is not on the pages", s)
			}
		}
	}
}

func TestMissingGlyph(t *testing.T) {
	l := compiled(t)
	for _, r := range []rune{'\u202E', '\u2066', '\u200B', '\u00AD', '\uFEFF', '\x00', '\t', '\x1b', '\u0085', '😀', '漢', '\u0301', '\U000F0000'} {
		for _, at := range []struct{ layout, field string }{
			{"licence", "holder"}, {"licence", "head"}, {"licence", "special_conditions"},
			{"refusal", "reason"}, {"refusal", "application_number"}, {"refusal", "position"},
		} {
			bad := "бір" + string(r) + "екі"
			for pointer, text := range map[string]documents.Text{"/kk": both(bad, "а"), "/ru": both("а", bad)} {
				doc := specimens(t)[at.layout].with(map[string]documents.Text{at.field: text})
				var missing *MissingGlyphError
				if _, err := l.Render(doc, meta()); !errors.As(err, &missing) || missing.Field != "/fields/"+at.field+pointer || missing.Rune != r {
					t.Errorf("%U in %s: %v", r, at.field, err)
				}
			}
		}
	}
	bad := specimens(t)["licence"].with(map[string]documents.Text{"head": Same("Сейітқали\xff")})
	var missing *MissingGlyphError
	if _, err := l.Render(bad, meta()); !errors.As(err, &missing) || missing.Rune != '\uFFFD' {
		t.Errorf("bytes that are not UTF-8: %v", err)
	}
}

func TestRefused(t *testing.T) {
	l, usual := compiled(t), specimens(t)["licence"]
	long := specimens(t)["refusal"].with(map[string]documents.Text{"reason": both(strings.Repeat("ә", MaxFieldLength+1), "а")})
	unnumbered, numbered := usual, usual
	unnumbered.Number, numbered.Number = "", strings.Repeat("2", maxNumber+1)
	var tooLong *TooLongError
	if _, err := l.Render(numbered, meta()); !errors.As(err, &tooLong) || tooLong.Field != "/number" {
		t.Errorf("too long a number: %v", err)
	}
	if _, err := l.Render(long, meta()); !errors.As(err, &tooLong) || tooLong.Field != "/fields/reason/kk" {
		t.Errorf("too long: %v", err)
	}
	for _, d := range []Content{unnumbered, usual.with(map[string]documents.Text{"issued_on": {}})} {
		if _, err := l.Render(d, meta()); !errors.Is(err, ErrIncomplete) {
			t.Errorf("incomplete: %v", err)
		}
	}
	if _, err := l.Render(usual, Meta{}); !errors.Is(err, ErrIncomplete) {
		t.Errorf("no signing time: %v", err)
	}
	for url, said := range map[string]string{
		"":                            "has 0 characters: want 1 to 120",
		"https://tamga.example/ә":     "must be percent-encoded",
		"https://tamga.example/a b":   "must be percent-encoded",
		strings.Repeat("x", maxURL+1): "has 121 characters: want 1 to 120",
	} {
		l, err := Compile(Options{CheckURL: func(string) string { return url }, Editions: editions()})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := l.Render(usual, meta()); err == nil || !strings.Contains(err.Error(), said) {
			t.Errorf("address %.30q: %v", url, err)
		}
	}
	if _, err := Compile(Options{}); err == nil || !strings.Contains(err.Error(), "no check address given") {
		t.Errorf("compiled without a check address: %v", err)
	}
}

// TestLongestAddress checks that a long address keeps to its place.
func TestLongestAddress(t *testing.T) {
	url := "https://tamga.example/check?number=26000017&" + strings.Repeat("abcdefgh12", 7)
	l, err := Compile(Options{CheckURL: func(string) string { return url }, Editions: editions()})
	if err != nil {
		t.Fatal(err)
	}
	for i, page := range pagesOf(t, render(t, l, specimens(t)["licence"])) {
		if !strings.Contains(solid(page), url) {
			t.Errorf("page %d does not show the address", i+1)
		}
	}
}

func TestParallel(t *testing.T) {
	l := compiled(t)
	want := map[string]string{}
	for name, doc := range samples(t) {
		want[name] = string(render(t, l, doc))
	}
	var wait sync.WaitGroup
	for range 4 {
		for name, doc := range samples(t) {
			wait.Go(func() {
				m := meta()
				m.SignedAt = m.SignedAt.In(time.Local)
				file, err := l.Render(doc, m)
				if err != nil || string(file) != want[name] {
					t.Errorf("%s: differs when rendered in parallel (%v)", name, err)
				}
			})
		}
	}
	wait.Wait()
}

// FuzzText puts arbitrary text into the fields: either a typed error names the
// field, or the file is sound and shows the text.
func FuzzText(f *testing.F) {
	for _, s := range []string{"Шымкент", "(\\)", "endstream endobj", "a\u202Eb", "и\u0306", "бір\n\nекі", "  ", "<</A 1>>", "\xff", "😀", strings.Repeat("ұ", 300)} {
		f.Add(s, s)
	}
	l, usual := compiled(f), specimens(f)["refusal"]
	f.Fuzz(func(t *testing.T, name, reason string) {
		d := usual.with(map[string]documents.Text{"signatory": Same(name), "position": both(name, "а"), "reason": both(reason, "а")})
		file, err := l.Render(d, meta())
		var missing *MissingGlyphError
		var tooLong *TooLongError
		switch {
		case errors.As(err, &missing), errors.As(err, &tooLong), errors.Is(err, ErrIncomplete):
			return
		case err != nil:
			t.Fatal(err)
		}
		p, err := parse(file)
		if err != nil {
			t.Fatal(err)
		}
		all := solid(strings.Join(p.pages, ""))
		for _, s := range []string{name, reason} {
			if clean, _ := l.faces.clean("", s, true); len(p.pages) == 2 && !strings.Contains(all, solid(clean)) {
				t.Errorf("%q is not on the pages", clean)
			}
		}
	})
}
