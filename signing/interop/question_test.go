//go:build interop

package interop

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tamga/signing"
)

// kind is what a file is, which decides who can judge it.
type kind string

const (
	kindCMS         kind = "cms"
	kindPDF         kind = "pdf"
	kindXML         kind = "xml"
	kindTimestamp   kind = "timestamp"
	kindCertificate kind = "certificate" // with lists or responses about it
)

// matter is what is wrong with a file. A judge is held to its verdict only in
// the matters that it looks into.
type matter string

const (
	honest    matter = ""           // nothing is wrong
	integrity matter = "integrity"  // what was signed, or the signature, was changed
	structure matter = "structure"  // the container is not what it should be
	trust     matter = "trust"      // no path to an anchor
	period    matter = "period"     // outside the validity period
	purpose   matter = "purpose"    // a certificate for something else
	attack    matter = "attack"     // made to deceive
	standing  matter = "revocation" // revoked, or nobody can tell
)

// verdict is an answer, ours or a judge's.
type verdict string

const (
	valid         verdict = "valid"
	invalid       verdict = "invalid"
	indeterminate verdict = "indeterminate"
	unreadable    verdict = "unreadable"  // the judge could not read the file
	refused       verdict = "refused"     // the judge says yes or no, and said no
	unsupported   verdict = "unsupported" // the judge does not know the algorithms
	silent        verdict = ""            // not asked
)

// agrees reports whether a judge's verdict says the same as ours. Judges that
// only say yes or no agree by refusing; not to be able to read a file is to
// find it invalid.
func (ours verdict) agrees(theirs verdict) bool {
	if theirs == refused {
		return ours != valid
	}
	if theirs == unreadable {
		theirs = invalid
	}
	return ours == theirs
}

// row is one line of the table: a file and how it is judged.
type row struct {
	name    string // like a path; explanations name it by pattern
	kind    kind
	file    []byte
	content []byte // of a detached signature, or what a timestamp is about
	wrong   matter
	world   *world
	// signer is the certificate of the signer, for judges that cannot find it
	// in the file.
	signer []byte
	// profiles are those of veraPDF that the file is held against.
	profiles []string
}

// answer is a verdict with the judge's own words.
type answer struct {
	verdict verdict
	detail  string
}

// question is a row whose files lie in a folder.
type question struct {
	*row
	file, content, signer string // names of files
}

// write puts the files of the rows into a folder.
func write(t *testing.T, dir string, rows []row) []question {
	t.Helper()
	seen := map[string]bool{}
	out := make([]question, len(rows))
	for i := range rows {
		r := &rows[i]
		if seen[r.name] {
			t.Fatalf("two rows are called %s", r.name)
		}
		seen[r.name] = true
		base := filepath.Join(dir, strings.ReplaceAll(r.name, "/", "_"))
		out[i] = question{row: r, file: base + "." + string(r.kind)}
		save(t, out[i].file, r.file)
		if r.content != nil {
			out[i].content = base + ".content"
			save(t, out[i].content, r.content)
		}
		if r.signer != nil {
			out[i].signer = base + ".signer.der"
			save(t, out[i].signer, r.signer)
		}
		r.world.write(t, dir)
	}
	return out
}

func save(t *testing.T, name string, b []byte) {
	t.Helper()
	if err := os.WriteFile(name, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// ours is our own verdict on a row.
func ours(r *row) (answer, error) {
	v, q := r.world.verifier(), signing.Question{Content: r.content, At: r.world.at}
	if r.kind == kindTimestamp {
		got, err := v.VerifyTimestamp(context.Background(), r.file, r.content, signing.Question{At: r.world.at})
		return answerOf(got), err
	}
	judge := map[kind]func(context.Context, []byte, signing.Question) (*signing.Verdict, error){
		kindCMS: v.VerifyCMS, kindPDF: v.VerifyPDF, kindXML: v.VerifyXML, kindCertificate: v.VerifyCertificate,
	}[r.kind]
	if judge == nil {
		return answer{}, fmt.Errorf("nothing of ours judges a file of kind %q", r.kind)
	}
	got, err := judge(context.Background(), r.file, q)
	if errors.Is(err, signing.ErrTooLarge) {
		return answer{invalid, err.Error()}, nil // a bomb: no answer, and no pass
	}
	if err != nil {
		return answer{}, err
	}
	return answerOf(got), nil
}

func answerOf(got *signing.Verdict) answer {
	if got == nil {
		return answer{}
	}
	words := map[signing.Acceptance]verdict{
		signing.Accepted: valid, signing.Refused: invalid, signing.Undecided: indeterminate,
	}
	return answer{words[got.Acceptance], strings.TrimSpace(string(got.SubIndication) + " " + got.Detail)}
}
