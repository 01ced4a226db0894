package signing

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"tamga/language/words"
)

// The titles of all questions in three languages, the kinds of files and of
// timestamps, the levels and the bounds stand in a file, so that whoever changes one sees it twice.
func TestTitles(t *testing.T) {
	var b strings.Builder
	for of, table := range [][]check{signerTable, tokenTable} {
		for _, c := range table {
			title := words.Of(c.title)
			fmt.Fprintf(&b, "%d %s: %s | %s | %s | %s\n", of, c.name, c.clause, title.KK, title.RU, title.EN)
		}
	}
	fmt.Fprintln(&b, FilePDF, FileCMS, FileCertificate, FileCRL, FileKeyStore, FileXML, FileUnknown,
		FileOCSP, FileTimestamp, FileTimestampResponse, FilePrivateKey, FileMessage, FileText)
	fmt.Fprintln(&b, LevelCAdESBB, LevelCAdESBT, LevelCAdESLT, LevelCAdESLTA, LevelBB, LevelBT, LevelLT, LevelLTA)
	fmt.Fprintln(&b, TimestampContent, TimestampSignature, TimestampArchive, TimestampArchiveV1, TimestampArchiveV2, TimestampDocument, TimestampToken)
	fmt.Fprintln(&b, MaxSize, MaxDocument)
	want, err := os.ReadFile("testdata/titles.txt")
	if err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != string(want) {
		t.Errorf("titles are\n%s", got)
	}
}

func TestIsXML(t *testing.T) {
	for text, want := range map[string]bool{
		"": false, "<": false, " ": false, "\xef\xbb\xbf": false, "<a": true, "<?": true, "<!": true, "<_": true, "<Ә": true,
		"<1": false, "< a": false, "a<b": false, " \r\n\t<a/>": true, "\xef\xbb\xbf<a/>": true,
	} {
		if isXML([]byte(text)) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
}

// A PDF weighs by its size up to sixteen megabytes, and no more beyond.
func TestWeightOfPDF(t *testing.T) {
	weigh := func(size int) int64 {
		file := make([]byte, size)
		copy(file, "%PDF-1.7")
		return Weight(file)
	}
	const most = 16 << 20
	if below, at := weigh(most-1), weigh(most); at-below != 6 || at != 16<<20+6*most {
		t.Errorf("%d and %d", below, at)
	}
	if at, above := weigh(most), weigh(most+1); at != above {
		t.Errorf("%d and %d", at, above)
	}
}

// What is as large as may be is looked at, and one byte more is not.
func TestSizesOfFiles(t *testing.T) {
	v := &Verifier{}
	verify := map[string]func(context.Context, []byte, Question) (*Verdict, error){
		"XML": v.VerifyXML, "CMS": v.VerifyCMS, "certificate": v.VerifyCertificate,
	}
	for _, name := range []string{"CMS", "certificate"} { // xmltree has a bound of its own
		judge := verify[name]
		file := make([]byte, 64<<20+1)
		file[0] = '<' // not read far
		if _, err := judge(t.Context(), file[:64<<20], Question{}); err != nil {
			t.Errorf("%s of 64 MB: %v", name, err)
		}
		if _, err := judge(t.Context(), file, Question{}); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s of a byte more: %v", name, err)
		}
	}
	content := make([]byte, 1<<30+1) // never touched
	for _, name := range []string{"XML", "CMS"} {
		if _, err := verify[name](t.Context(), []byte("<"), Question{Content: content[:1<<30]}); err != nil {
			t.Errorf("%s beside a content of a gigabyte: %v", name, err)
		}
		if _, err := verify[name](t.Context(), []byte("<"), Question{Content: content}); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s beside a byte more: %v", name, err)
		}
	}
	got, err := v.VerifyCertificate(t.Context(), []byte("no certificate"), Question{})
	if err != nil || !strings.Contains(got.Detail, "neither DER, PEM nor base64") {
		t.Errorf("%+v, %v", got, err)
	}
}
