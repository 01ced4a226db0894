package xmldsig_test

import (
	"slices"
	"strings"
	"testing"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/signing/xmldsig"
)

// codes are the codes of a signature's problems.
func codes(s xmldsig.Signature) []string {
	var all []string
	for _, p := range s.Problems {
		all = append(all, p.Code)
	}
	return all
}

// A method that says more than its name, or has a name that is not known, is a
// problem wherever a method stands, in elements and in text alike.
func TestMethodsSayTheirNameOnly(t *testing.T) {
	key := person(t, ca.ECDSA)
	signed, err := xmldsig.SignEnveloped(t.Context(), []byte("<a/>"), key, xmldsig.Options{})
	if err != nil {
		t.Fatal(err)
	}
	method := func(name string) (whole, open string) {
		_, rest, _ := strings.Cut(string(signed), "<ds:"+name+" ")
		open, _, _ = strings.Cut(rest, ">")
		open = "<ds:" + name + " " + strings.TrimSuffix(open, "/")
		for _, end := range []string{open + "/>", open + "></ds:" + name + ">"} {
			if strings.Contains(string(signed), end) {
				return end, open
			}
		}
		t.Fatalf("no %s in %s", name, signed)
		return "", ""
	}
	for name, c := range map[string]struct{ content, unknown string }{
		"CanonicalizationMethod": {"", xmldsig.CodeCanonicalization},
		"SignatureMethod":        {xmldsig.CodeStructure, xmldsig.CodeAlgorithm},
		"DigestMethod":           {xmldsig.CodeStructure, xmldsig.CodeDigestAlgorithm},
		"Transform":              {xmldsig.CodeStructure, xmldsig.CodeTransform},
	} {
		whole, open := method(name)
		edits := map[string]string{
			`<ds:` + name + ` Algorithm="urn:unknown"></ds:` + name + `>`: c.unknown,
			`<ds:` + name + `></ds:` + name + `>`:                         c.unknown,
		}
		if c.content != "" {
			edits[open+"><x/></ds:"+name+">"] = c.content
			edits[open+">text</ds:"+name+">"] = c.content
			edits[open+"><?p i?></ds:"+name+">"] = c.content
		}
		for by, want := range edits {
			file := strings.Replace(string(signed), whole, by, 1)
			s := onlySignature(t, []byte(file), xmldsig.Supplied{})
			if !slices.Contains(codes(s), want) {
				t.Errorf("%s: %v, want %s", by, s.Problems, want)
			}
			if len(s.Signed()) > 0 {
				t.Errorf("%s: something is signed", by)
			}
			if name == "CanonicalizationMethod" && s.SignedInfo != nil {
				t.Errorf("%s: SignedInfo was written by a method that is not known", by)
			}
		}
	}
}

// One content is supplied at most, so one reference may lead out of the file,
// wherever it stands among the others.
func TestOneReferenceLeadsOut(t *testing.T) {
	key := person(t, ca.ECDSA)
	content := []byte("content")
	signed, err := xmldsig.SignDetached(t.Context(), content, key, xmldsig.Options{URI: "a.bin"})
	if err != nil {
		t.Fatal(err)
	}
	outside := "<ds:Reference " + strings.Split(strings.Split(string(signed), "<ds:Reference ")[1], "</ds:Reference>")[0] + "</ds:Reference>"
	inside := strings.Replace(outside, `URI="a.bin"`, `URI="#k"`, 1)
	for name, c := range map[string]struct {
		references []string
		external   int // problems of the kind
	}{
		"one":                    {[]string{outside}, 0},
		"two":                    {[]string{outside, outside}, 1},
		"three":                  {[]string{outside, outside, outside}, 2},
		"one and one inside":     {[]string{outside, inside}, 0},
		"inside first":           {[]string{inside, outside}, 0},
		"two, one inside after":  {[]string{outside, outside, inside}, 1},
		"two, one inside before": {[]string{inside, outside, outside}, 1},
		"two around one inside":  {[]string{outside, inside, outside}, 1},
	} {
		file := strings.Replace(string(signed), outside, strings.Join(c.references, ""), 1)
		for supplied, with := range map[string]xmldsig.Supplied{
			"content": {Content: content}, "digest": {Digest: digestsOf(content)},
		} {
			s := onlySignature(t, []byte(file), with)
			got := 0
			for _, code := range codes(s) {
				if code == xmldsig.CodeExternal {
					got++
				}
			}
			if got != c.external {
				t.Errorf("%s, by %s: %v", name, supplied, s.Problems)
			}
		}
		s := onlySignature(t, []byte(file), xmldsig.Supplied{})
		if !slices.Contains(codes(s), xmldsig.CodeExternal) {
			t.Errorf("%s, without content: %v", name, s.Problems)
		}
	}
}

// digestsOf returns every digest of a content.
func digestsOf(content []byte) func(certs.Digest) ([]byte, bool) {
	return func(d certs.Digest) ([]byte, bool) { return d.Sum(content), true }
}

// A content that is to be transformed needs to be there: its digest is not that
// of what the transforms make of it.
func TestDigestOfTransformedContent(t *testing.T) {
	key := person(t, ca.ECDSA)
	content := []byte("<a></a>")
	signed, err := xmldsig.SignDetached(t.Context(), content, key, xmldsig.Options{URI: "a.xml"})
	if err != nil {
		t.Fatal(err)
	}
	transforms := `<ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms><ds:DigestMethod `
	file := []byte(strings.Replace(string(signed), "<ds:DigestMethod ", transforms, 1))
	for name, c := range map[string]struct {
		with xmldsig.Supplied
		want []string
	}{
		"the content":       {xmldsig.Supplied{Content: content}, nil},
		"its digest":        {xmldsig.Supplied{Digest: digestsOf(content)}, []string{xmldsig.CodeExternal}},
		"content as digest": {xmldsig.Supplied{Content: content, Digest: digestsOf([]byte("b"))}, nil},
	} {
		if s := onlySignature(t, file, c.with); !slices.Equal(codes(s), c.want) {
			t.Errorf("%s: %v, want %v", name, s.Problems, c.want)
		}
	}
	if s := onlySignature(t, signed, xmldsig.Supplied{Digest: digestsOf(content)}); len(s.Problems) > 0 || len(s.Signed()) != 1 || s.Signed()[0].Role != xmldsig.RoleContent {
		t.Errorf("as it is: %v %v", s.Problems, s.Signed())
	}
	if s := onlySignature(t, signed, xmldsig.Supplied{Digest: digestsOf([]byte("b"))}); !slices.Equal(codes(s), []string{xmldsig.CodeDigest}) {
		t.Errorf("another content's: %v", s.Problems)
	}
}
