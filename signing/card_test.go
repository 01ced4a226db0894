package signing_test

import (
	"slices"
	"strings"
	"testing"

	"tamga/certs/ca"
	"tamga/signing"
	"tamga/signing/signtest"
)

// attachment is a name and what is in the file.
type attachment = [2]string

// A document card is told as one, each signature in it is judged over what it is
// over, and the card as a whole never passes: nobody signed its pages.
func TestDocumentCard(t *testing.T) {
	got := verifyPDF(t, caseVerifier(t), caseFile(t, "document-card.pdf"))
	if len(got.Card) != 1 || got.Card[0].Name != "application-gost.p7s" || got.Card[0].Over != "application.txt" || !got.Card[0].Verdict.Passed() {
		t.Fatalf("%+v", got.Card)
	}
	if got.Passed() || got.Indication != signing.Indeterminate || got.Acceptance != signing.Undecided || len(got.Signers) > 0 ||
		!strings.Contains(got.Detail, "visible pages are not signed") || !strings.Contains(got.Summary.EN, "document card") {
		t.Errorf("%s %s: %s, %q", got.Indication, got.Acceptance, got.Detail, got.Summary.EN)
	}
	if err := signtest.CheckConclusions(got); err != nil {
		t.Error(err)
	}
}

func TestDocumentCards(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	first, second := pki.Person(signtest.Applicant()), pki.Person(signtest.Head())
	const text = "an application"
	one, two := string(pki.Detached([]byte(text), first)), string(pki.Detached([]byte(text), second))
	carried := string(pki.Signed([]byte("carried"), first))
	inner := string(signtest.Card(attachment{"inner.txt", text}, attachment{"inner.p7s", one}))
	many := slices.Repeat([]attachment{{"copy.p7s", one}}, 65)
	for _, c := range []struct {
		name       string
		list       []attachment
		acceptance signing.Acceptance
		over       []string // of each signature
		says       string
	}{
		{"two signers", []attachment{{"a.txt", text}, {"1.p7s", one}, {"2.p7s", two}}, signing.Undecided, []string{"a.txt", "a.txt"}, "a document card"},
		{"the original is not the first", []attachment{{"1.p7s", one}, {"pages.txt", "other"}, {"a.txt", text}}, signing.Undecided, []string{"a.txt"}, "a document card"},
		{"a signature that carries its content", []attachment{{"a.cms", carried}}, signing.Undecided, []string{""}, "a document card"},
		{"no original", []attachment{{"1.p7s", one}}, signing.Undecided, []string{""}, "a document card"},
		{"another original", []attachment{{"a.txt", "another application"}, {"1.p7s", one}}, signing.Refused, []string{""}, "does not hold"},
		{"one of two is over something else", []attachment{{"a.txt", text}, {"1.p7s", one}, {"2.p7s", string(pki.Detached([]byte("x"), second))}},
			signing.Refused, []string{"a.txt", ""}, "does not hold"},
		{"a card in a card is not opened", []attachment{{"card.pdf", inner}}, signing.Refused, nil, "the file carries no signature"},
		{"attachments without a signature", []attachment{{"a.txt", text}}, signing.Refused, nil, "the file carries no signature"},
		{"as many as are read", many[:64], signing.Undecided, make([]string, 64), "a document card"},
		{"more", many, signing.Undecided, nil, "more than 64 attachments"},
	} {
		got := verifyPDF(t, pki.Verifier, signtest.Card(c.list...))
		var over []string
		for _, s := range got.Card {
			over = append(over, s.Over)
		}
		if got.Passed() || got.Acceptance != c.acceptance || !slices.Equal(over, c.over) || !strings.Contains(got.Detail, c.says) {
			t.Errorf("%s: %s over %q: %s", c.name, got.Acceptance, over, got.Detail)
		}
		for _, s := range got.Card {
			if s.Over != "" && !s.Verdict.Passed() {
				t.Errorf("%s: %s does not pass: %s", c.name, s.Name, signtest.Explain(s.Verdict))
			}
		}
		if err := signtest.CheckConclusions(got); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestCardOfTwoReadings: programs open the one file of an attachment or the other, and
// tell attachments apart by their names; what could be two originals is none.
func TestCardOfTwoReadings(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	const text = "an application"
	one := string(pki.Detached([]byte(text), pki.Person(signtest.Applicant())))
	two := string(pki.Detached([]byte(text), pki.Person(signtest.Head())))
	card := func(file string) []byte {
		return signtest.CardOfFiles(map[int]string{0: file}, attachment{"a.txt", text}, attachment{"b.txt", "another one"}, attachment{"1.p7s", one}, attachment{"c.txt", text})
	}
	twice := func(data string) []byte {
		return signtest.Card(attachment{"a.txt", text}, attachment{"a.txt", data}, attachment{"1.p7s", one})
	}
	for _, c := range []struct {
		name       string
		file       []byte
		acceptance signing.Acceptance
		says       string
	}{
		{"one file under both keys", card("/F 7 0 R/UF 7 0 R"), signing.Undecided, "a document card"},
		{"two files of the same bytes", card("/F 7 0 R/UF 13 0 R"), signing.Undecided, "a document card"},
		{"two files that differ", card("/F 7 0 R/UF 9 0 R"), signing.Refused, `attachment "a.txt" is two files`},
		{"two files that differ the other way", card("/F 9 0 R/UF 7 0 R"), signing.Refused, `attachment "a.txt" is two files`},
		{"one name, two files", twice("another one"), signing.Refused, `two attachments are named "a.txt"`},
		{"one name, two signatures", signtest.Card(attachment{"a.txt", text}, attachment{"1.p7s", one}, attachment{"1.p7s", two}), signing.Undecided, "a document card"},
		{"one name, the same file twice", twice(text), signing.Undecided, "a document card"},
	} {
		got := verifyPDF(t, pki.Verifier, c.file)
		if got.Passed() || got.Acceptance != c.acceptance || !strings.Contains(got.Detail, c.says) {
			t.Errorf("%s: %s %s: %s", c.name, got.Acceptance, got.Indication, got.Detail)
		}
		if err := signtest.CheckConclusions(got); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestCardAtItsBound attaches as many bytes as are read, and one more.
func TestCardAtItsBound(t *testing.T) {
	pki := signtest.New(t, ca.ECDSA)
	original := strings.Repeat("\x00", 1<<20)
	one := string(pki.Detached([]byte(original), pki.Person(signtest.Applicant())))
	for more, want := range []string{"a document card", "hold more than 67108864 bytes"} {
		// Most attachments are the same bytes of the file.
		rest := strings.Repeat("x", signing.MaxSize-61<<20-len(one)+more)
		files := map[int]string{}
		for i := range 60 {
			files[3+i] = "/F 11 0 R"
		}
		file := signtest.CardOfFiles(files, append([]attachment{{"1.p7s", one}, {"rest.txt", rest}, {"a.txt", original}}, slices.Repeat([]attachment{{"copy.txt", ""}}, 60)...)...)
		got := verifyPDF(t, pki.Verifier, file)
		if got.Acceptance != signing.Undecided || !strings.Contains(got.Detail, want) || more == 0 && (len(got.Card) != 1 || !got.Card[0].Verdict.Passed()) {
			t.Errorf("%d more: %s: %s", more, got.Acceptance, got.Detail)
		}
	}
}
