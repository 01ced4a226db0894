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
		licence, refusal := specimenLicence(), specimenRefusal()
		if len(s) < 100 {
			licence.Head, licence.Licensor.KK, refusal.Authority.KK, refusal.Signatory = s, s, s, s
		}
		licence.SpecialConditions.KK, refusal.Reason.RU = s, s
		for _, doc := range []any{licence, refusal} {
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
	set := []struct {
		field string
		put   func(*documents.Licence, *documents.Refusal, string)
	}{
		{"/licence/holder/legal/name/kk", func(d *documents.Licence, _ *documents.Refusal, s string) { d.Holder.Legal.Name.KK = s }},
		{"/licence/holder/legal/address/ru", func(d *documents.Licence, _ *documents.Refusal, s string) { d.Holder.Legal.Address.RU = s }},
		{"/licence/head", func(d *documents.Licence, _ *documents.Refusal, s string) { d.Head = s }},
		{"/licence/special_conditions/ru", func(d *documents.Licence, _ *documents.Refusal, s string) { d.SpecialConditions.RU = s }},
		{"/refusal/reason/kk", func(_ *documents.Licence, d *documents.Refusal, s string) { d.Reason.KK = s }},
		{"/refusal/application_number", func(_ *documents.Licence, d *documents.Refusal, s string) { d.ApplicationNumber = s }},
		{"/refusal/position/ru", func(_ *documents.Licence, d *documents.Refusal, s string) { d.Position.RU = s }},
	}
	for _, r := range []rune{'\u202E', '\u2066', '\u200B', '\u00AD', '\uFEFF', '\x00', '\t', '\x1b', '\u0085', '😀', '漢', '\u0301', '\U000F0000'} {
		for _, at := range set {
			licence, refusal := specimenLicence(), specimenRefusal()
			legal := *licence.Holder.Legal
			licence.Holder.Legal = &legal
			at.put(&licence, &refusal, "бір"+string(r)+"екі")
			var err error
			if strings.HasPrefix(at.field, "/licence") {
				_, err = l.Licence(licence, Meta{SignedAt: signedAt})
			} else {
				_, err = l.Refusal(refusal, Meta{SignedAt: signedAt})
			}
			var missing *MissingGlyphError
			if !errors.As(err, &missing) || missing.Field != at.field || missing.Rune != r {
				t.Errorf("%U in %s: %v", r, at.field, err)
			}
		}
	}
	bad := specimenLicence()
	bad.Head = "Сейітқали\xff"
	var missing *MissingGlyphError
	if _, err := l.Licence(bad, Meta{SignedAt: signedAt}); !errors.As(err, &missing) || missing.Rune != '\uFFFD' {
		t.Errorf("bytes that are not UTF-8: %v", err)
	}
}

func TestRefused(t *testing.T) {
	l := compiled(t)
	meta := Meta{SignedAt: signedAt}
	long, unnumbered, undated := specimenRefusal(), specimenLicence(), specimenLicence()
	long.Reason.KK = strings.Repeat("ә", MaxFieldLength+1)
	unnumbered.Number = ""
	undated.IssuedOn = documents.Date{}
	var tooLong *TooLongError
	numbered := specimenLicence()
	numbered.Number = strings.Repeat("2", maxNumber+1)
	if _, err := l.Licence(numbered, meta); !errors.As(err, &tooLong) || tooLong.Field != "/licence/number" {
		t.Errorf("too long a number: %v", err)
	}
	if _, err := l.Refusal(long, meta); !errors.As(err, &tooLong) || tooLong.Field != "/refusal/reason/kk" {
		t.Errorf("too long: %v", err)
	}
	for _, d := range []documents.Licence{unnumbered, undated} {
		if _, err := l.Licence(d, meta); !errors.Is(err, ErrIncomplete) {
			t.Errorf("incomplete: %v", err)
		}
	}
	if _, err := l.Refusal(specimenRefusal(), Meta{}); !errors.Is(err, ErrIncomplete) {
		t.Errorf("no signing time: %v", err)
	}
	for url, said := range map[string]string{
		"":                            "has 0 characters: want 1 to 120",
		"https://tamga.example/ә":     "must be percent-encoded",
		"https://tamga.example/a b":   "must be percent-encoded",
		strings.Repeat("x", maxURL+1): "has 121 characters: want 1 to 120",
	} {
		l, err := Compile(Options{CheckURL: func(string) string { return url }})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := l.Licence(specimenLicence(), meta); err == nil || !strings.Contains(err.Error(), said) {
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
	l, err := Compile(Options{CheckURL: func(string) string { return url }})
	if err != nil {
		t.Fatal(err)
	}
	for i, page := range pagesOf(t, render(t, l, specimenLicence())) {
		if !strings.Contains(solid(page), url) {
			t.Errorf("page %d does not show the address", i+1)
		}
	}
}

func TestParallel(t *testing.T) {
	l := compiled(t)
	want := map[string]string{}
	for name, doc := range samples() {
		want[name] = string(render(t, l, doc))
	}
	var wait sync.WaitGroup
	for range 4 {
		for name, doc := range samples() {
			wait.Go(func() {
				var file []byte
				var err error
				switch d := doc.(type) {
				case documents.Licence:
					file, err = l.Licence(d, Meta{SignedAt: signedAt})
				case documents.Refusal:
					file, err = l.Refusal(d, Meta{SignedAt: signedAt.In(time.Local)})
				case Content:
					file, err = l.Render(d, meta())
				}
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
	l := compiled(f)
	f.Fuzz(func(t *testing.T, name, reason string) {
		d := specimenRefusal()
		d.Signatory, d.Position.KK, d.Reason.KK = name, name, reason
		file, err := l.Refusal(d, Meta{SignedAt: signedAt})
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
