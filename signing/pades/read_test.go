package pades

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"tamga/judgetest"
)

func goodFiles() map[string][]byte {
	return map[string][]byte{
		"one-revision.pdf":  sample{}.build(),
		"two-revisions.pdf": twoRevisions(),
		"object-stream.pdf": packedFile(),
		"hybrid.pdf":        hybrid(),
	}
}

func mustRead(t *testing.T, file []byte) *Document {
	t.Helper()
	d, err := Read(file)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestGoodFiles reads the samples and has them judged by qpdf.
func TestGoodFiles(t *testing.T) {
	qpdf, missing := exec.LookPath("qpdf")
	for name, file := range goodFiles() {
		t.Run(name, func(t *testing.T) {
			d := mustRead(t, file)
			if len(d.Unreadable) > 0 {
				t.Errorf("unreadable: %v", d.Unreadable)
			}
			if len(d.Signatures) != len(d.Revisions) {
				t.Fatalf("%d signatures in %d revisions", len(d.Signatures), len(d.Revisions))
			}
			last := d.Signatures[len(d.Signatures)-1]
			if len(last.Problems) > 0 || !last.CoversWholeFile {
				t.Errorf("last signature: %v, covers the file: %v", last.Problems, last.CoversWholeFile)
			}
			if missing != nil {
				judgetest.Missing(t, "qpdf")
			}
			path := filepath.Join(t.TempDir(), name)
			if err := os.WriteFile(path, file, 0o600); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command(qpdf, "--check", path).CombinedOutput(); err != nil {
				t.Errorf("qpdf --check: %v\n%s", err, out)
			}
		})
	}
}

func TestSignatureFacts(t *testing.T) {
	file := sample{}.build()
	d := mustRead(t, file)
	s := d.Signatures[0]
	want := Signature{
		Field: "Signature1", FieldID: Ref{Number: 4}, ID: Ref{Number: 5},
		Type: "Sig", Filter: "Adobe.PPKLite", SubFilter: "ETSI.CAdES.detached",
		ByteRange: s.ByteRange, Contents: s.Contents, ContentsStart: s.ContentsStart, ContentsEnd: s.ContentsEnd,
		ClaimedTime: s.ClaimedTime, Name: "Шымкент", Reason: "Certified (test)",
		DocMDP: 1, Certification: true, CoversWholeFile: true, Dict: s.Dict,
	}
	if got, want := describe(s), describe(want); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if !s.ClaimedTime.Equal(time.Date(2026, 3, 1, 7, 0, 0, 0, time.UTC)) {
		t.Errorf("claimed time %v", s.ClaimedTime)
	}
	if !bytes.Equal(s.Contents, token) {
		t.Errorf("contents %x", s.Contents)
	}
	parts := d.SignedBytes(s)
	gap := file[len(parts[0]) : len(file)-len(parts[1])]
	if string(gap) != contentsHole {
		t.Errorf("the range leaves out %q", gap)
	}
	if rejoined := append(append(bytes.Clone(parts[0]), gap...), parts[1]...); !bytes.Equal(rejoined, file) {
		t.Error("the parts and the gap are not the file")
	}
}

func TestTwoRevisions(t *testing.T) {
	file := twoRevisions()
	d := mustRead(t, file)
	first, second := d.Signatures[0], d.Signatures[1]
	if !first.Has(CodeLaterRevision) || len(first.Problems) != 1 || first.CoversWholeFile || first.Revision != 0 {
		t.Errorf("first signature: %+v", first.Problems)
	}
	if len(second.Problems) > 0 || !second.CoversWholeFile || second.Revision != 1 || second.Certification || second.DocMDP != 0 {
		t.Errorf("second signature: %+v", second.Problems)
	}
	if end := d.Revisions[0].End; end != first.ByteRange[2]+first.ByteRange[3] || d.Revisions[1].End != int64(len(file)) {
		t.Errorf("revisions end at %d and %d", end, d.Revisions[1].End)
	}
	// The first revision alone is the file as it was.
	if alone := mustRead(t, file[:d.Revisions[0].End]); len(alone.Signatures[0].Problems) > 0 {
		t.Errorf("first revision alone: %v", alone.Signatures[0].Problems)
	}
}

func TestObjectsByRevision(t *testing.T) {
	d := mustRead(t, twoRevisions())
	want := []Change{
		{Ref: Ref{Number: 1}}, {Ref: Ref{Number: 3}},
		{Ref: Ref{Number: 8}, New: true}, {Ref: Ref{Number: 9}, New: true},
	}
	changes := d.Changed(1)
	if len(changes) != len(want) {
		t.Fatalf("changed: %v", changes)
	}
	for i := range want {
		if changes[i] != want[i] {
			t.Errorf("change %d: %v, want %v", i, changes[i], want[i])
		}
	}
	if n := len(d.Objects(0)); n != 7 {
		t.Errorf("%d objects in the first revision", n)
	}
	if n := len(d.Objects(1)); n != 9 {
		t.Errorf("%d objects in the second revision", n)
	}
	for revision, fields := range []int{1, 2} {
		catalog, err := d.Catalog(revision)
		if err != nil {
			t.Fatal(err)
		}
		form, _ := catalog.Get("AcroForm").(Dict)
		if list, _ := form.Get("Fields").(Array); len(list) != fields {
			t.Errorf("revision %d has fields %v", revision, list)
		}
	}
	if o, err := d.Object(0, Ref{Number: 9}); o != nil || err != nil {
		t.Errorf("object 9 in the first revision: %v, %v", o, err)
	}
	content, err := d.Object(1, Ref{Number: 6})
	if err != nil {
		t.Fatal(err)
	}
	if data, err := d.StreamData(content.(*Stream)); err != nil || string(data) != "0 0 1 rg 10 10 50 50 re f" {
		t.Errorf("content stream: %q, %v", data, err)
	}
	if pages, err := d.Pages(1); err != nil || len(pages) != 1 || pages[0] != (Ref{Number: 3}) {
		t.Errorf("pages: %v, %v", pages, err)
	}
}

// TestListedAgain has a second revision whose table lists every object once more,
// as some writers do. Nothing has changed but the one object.
func TestListedAgain(t *testing.T) {
	b := sample{}.start()
	again := maps.Clone(b.offsets)
	b.table("")
	b.offsets = again
	b.object(3, sample{}.objects()[3])
	b.table("")
	d := mustRead(t, b.out)
	if changes := d.Changed(1); len(changes) != 1 || changes[0].Ref != (Ref{Number: 3}) {
		t.Errorf("changed: %v", changes)
	}
	s := d.Signatures[0]
	if got := codes(s.Problems); len(d.Unreadable) > 0 || len(got) != 1 || got[0] != CodeLaterRevision || s.DictRevision != 0 {
		t.Errorf("problems %v of a signature of revision %d, unreadable: %v", got, s.DictRevision, d.Unreadable)
	}
}

// TestPackedListedAgain is TestListedAgain for compressed objects.
func TestPackedListedAgain(t *testing.T) {
	b := newBuilder()
	objects := sample{}.objects()
	for n := 5; n <= 7; n++ {
		b.object(n, objects[n])
	}
	b.objectStream(8, map[int]string{1: objects[1], 2: objects[2], 3: objects[3], 4: objects[4]})
	offsets, packed := maps.Clone(b.offsets), maps.Clone(b.packed)
	b.stream(9, "")
	b.offsets, b.packed = offsets, packed
	b.stream(9, "")
	d := mustRead(t, b.out)
	if changes := d.Changed(1); len(changes) != 1 || changes[0] != (Change{Ref: Ref{Number: 9}}) {
		t.Errorf("changed: %v", changes)
	}
	if len(d.Unreadable) > 0 || len(d.Signatures) != 1 || d.Signatures[0].DictRevision != 0 {
		t.Errorf("signatures %v, unreadable %v", d.Signatures, d.Unreadable)
	}
}

// TestLinearized reads a file whose newest section comes first, and the same with
// a revision after it.
func TestLinearized(t *testing.T) {
	d := mustRead(t, linearized())
	if len(d.Revisions) != 1 || len(d.Unreadable) > 0 || len(d.Signatures) != 1 ||
		!d.Signatures[0].CoversWholeFile || len(d.Signatures[0].Problems) > 0 {
		t.Errorf("revisions %v, signatures %v, unreadable %v", d.Revisions, d.Signatures, d.Unreadable)
	}
	b := newBuilder()
	b.out, b.size = linearized(), 9
	b.prev = bytes.Index(b.out, []byte("xref"))
	b.table("")
	d = mustRead(t, b.out)
	if len(d.Revisions) != 2 || !d.Signatures[0].Has(CodeLaterRevision) || d.Signatures[0].Revision != 0 {
		t.Errorf("revisions %v, signatures %v", d.Revisions, d.Signatures)
	}
}

// TestTruncated cuts each sample at every offset. What is left is refused, unless
// the cut is where a revision ends.
func TestTruncated(t *testing.T) {
	for name, file := range goodFiles() {
		ends := map[int]bool{len(file) - 1: true} // without the last end of line
		for _, r := range mustRead(t, file).Revisions {
			ends[int(r.End)], ends[int(r.marker)] = true, true
		}
		for n := range file {
			d, err := Read(file[:n])
			if err == nil && len(d.Unreadable) == 0 && !ends[n] {
				t.Errorf("%s cut at %d was read", name, n)
			}
			var syntax *SyntaxError
			if err != nil && !errors.Is(err, ErrNotPDF) && !errors.As(err, &syntax) {
				t.Errorf("%s cut at %d: %v", name, n, err)
			}
		}
	}
}

// TestFlipped changes every byte of a sample in turn. Nothing may panic; what a
// changed byte means is for the digest to find.
func TestFlipped(t *testing.T) {
	for _, file := range goodFiles() {
		changed := bytes.Clone(file)
		for i := range changed {
			for _, c := range []byte{0, '<', '(', '9', file[i] ^ 1} {
				changed[i] = c
				Read(changed)
			}
			changed[i] = file[i]
		}
	}
}

// TestTestdata keeps the files in testdata, which other packages and people may
// read, equal to what the builder writes.
func TestTestdata(t *testing.T) {
	for name, file := range goodFiles() {
		path := filepath.Join("testdata", name)
		stored, err := os.ReadFile(path)
		if os.Getenv("TAMGA_UPDATE") != "" {
			err = os.WriteFile(path, file, 0o644)
			stored = file
		}
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(stored, file) {
			t.Errorf("%s differs: set TAMGA_UPDATE=1 to write it anew", path)
		}
	}
}
