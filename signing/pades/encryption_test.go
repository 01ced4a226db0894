package pades

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/judgetest"
)

// secrets is a file with strings and streams in every place that encryption treats in
// its own way.
func secrets() []byte {
	return unsigned(sample{
		1:  "<</Type/Catalog/Pages 2 0 R/Lang(kk-KZ)/Metadata 20 0 R/PieceInfo<</X<</Private[(deep \\(secret\\)) <00FF>]>>>>/Names<</EmbeddedFiles<</Names[(a)21 0 R]>>>>>>",
		20: "<</Type/Metadata/Subtype/XML/Length 15>>stream\n<x>metadata</x>\nendstream",
		21: "<</Type/Filespec/F(a.txt)/EF<</F 22 0 R>>>>",
		22: "<</Type/EmbeddedFile/Length 8>>stream\nattached\nendstream",
		23: "null",
	}).build()
}

// encryptedBy has qpdf encrypt a file.
func encryptedBy(t *testing.T, file []byte, args ...string) []byte {
	t.Helper()
	judgetest.Need(t, "qpdf")
	in, out := filepath.Join(t.TempDir(), "in.pdf"), filepath.Join(t.TempDir(), "out.pdf")
	if err := os.WriteFile(in, file, 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := exec.Command("qpdf", append(args, in, out)...).CombinedOutput(); err != nil {
		t.Fatalf("qpdf %v: %v %s", args, err, said)
	}
	made, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// kinds are the encryptions that qpdf makes, by name: what it is told, and whether we
// write to such a file.
var kinds = map[string]struct {
	args   []string
	writes bool
}{
	"RC4 of 40 bits":              {[]string{"--allow-weak-crypto", "--encrypt", "", "owner", "40", "--"}, false},
	"RC4 of 128 bits":             {[]string{"--allow-weak-crypto", "--encrypt", "", "owner", "128", "--use-aes=n", "--"}, false},
	"RC4 by a crypt filter":       {[]string{"--allow-weak-crypto", "--encrypt", "", "owner", "128", "--use-aes=n", "--force-V4", "--"}, false},
	"AES-128":                     {[]string{"--allow-weak-crypto", "--encrypt", "", "owner", "128", "--use-aes=y", "--"}, true},
	"AES-128, open metadata":      {[]string{"--allow-weak-crypto", "--encrypt", "", "owner", "128", "--use-aes=y", "--cleartext-metadata", "--"}, true},
	"AES-256":                     {[]string{"--encrypt", "", "owner", "256", "--"}, true},
	"AES-256 of revision 5":       {[]string{"--allow-weak-crypto", "--encrypt", "", "owner", "256", "--force-R5", "--"}, true},
	"AES-256, open metadata":      {[]string{"--encrypt", "", "owner", "256", "--cleartext-metadata", "--"}, true},
	"AES-256 with object streams": {[]string{"--object-streams=generate", "--encrypt", "", "owner", "256", "--"}, true},
	"AES-128 with object streams": {[]string{"--allow-weak-crypto", "--object-streams=generate", "--encrypt", "", "owner", "128", "--use-aes=y", "--"}, true},
	"AES-256, linearized":         {[]string{"--linearize", "--encrypt", "", "owner", "256", "--"}, true},
}

// everything writes out all that can be reached in a revision, decrypted.
func everything(t *testing.T, d *Document, revision int) string {
	t.Helper()
	var out strings.Builder
	seen := map[Ref]bool{}
	var write func(o Object)
	write = func(o Object) {
		switch o := o.(type) {
		case Ref:
			if seen[o] {
				out.WriteString("again ")
				return
			}
			seen[o] = true
			at, err := d.Object(revision, o)
			if err != nil {
				t.Fatal(err)
			}
			write(at)
		case Array:
			for _, e := range o {
				write(e)
			}
		case Dict:
			for _, key := range sortedKeys(o) {
				// What qpdf writes anew, or where an object happens to lie.
				if key == "Length" || key == "Filter" || key == "DecodeParms" {
					continue
				}
				fmt.Fprintf(&out, "/%s ", key)
				write(o.Get(key))
			}
		case *Stream:
			write(o.Dict)
			data, err := d.StreamData(o)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&out, "stream %q ", data)
		case String:
			fmt.Fprintf(&out, "(%x) ", o.Value)
		default:
			fmt.Fprintf(&out, "%v ", o)
		}
	}
	write(d.Revisions[revision].Trailer.Get("Root"))
	return out.String()
}

func sortedKeys(d Dict) []Name {
	var keys []Name
	for _, e := range d {
		keys = append(keys, e.Key)
	}
	slices.Sort(keys)
	return keys
}

// TestEncryptedFilesRead: what opens with the empty password reads as the file did
// before it was encrypted.
func TestEncryptedFilesRead(t *testing.T) {
	plain := encryptedBy(t, secrets(), "--static-id")
	want := everything(t, mustRead(t, plain), 0)
	for _, part := range []string{"646565702028736563726574", "attached", "<x>metadata</x>"} {
		if !strings.Contains(want, part) {
			t.Fatalf("%q is not in %s", part, want)
		}
	}
	for name, kind := range kinds {
		file := encryptedBy(t, secrets(), kind.args...)
		if bytes.Contains(file, []byte("deep")) || bytes.Contains(file, []byte("attached")) {
			t.Fatalf("%s: not encrypted", name)
		}
		d := mustRead(t, file)
		extensions := regexp.MustCompile(`/Extensions /ADBE /BaseVersion 1.7 /ExtensionLevel \d `)
		if got := extensions.ReplaceAllString(everything(t, d, 0), ""); got != want {
			t.Errorf("%s reads\n%s\nwant\n%s", name, got, want)
		}
		if err := d.Sound(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestEncryptedFilesAreSigned: what is added is encrypted as the file is, but for
// /Contents, and others read it.
func TestEncryptedFilesAreSigned(t *testing.T) {
	for name, kind := range kinds {
		file := encryptedBy(t, secrets(), kind.args...)
		n := NewSignature{Time: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC), Room: 64, Name: "Ә. Ғалым", Reason: "plain words", Certify: 2, Lock: &Lock{Action: "Include", Fields: []string{"Сома"}}}
		p, err := mustRead(t, file).PrepareSignature(n)
		if !kind.writes {
			if !errors.Is(err, ErrEncrypted) || !strings.Contains(err.Error(), "RC4") {
				t.Errorf("%s: %v, want ErrEncrypted about RC4", name, err)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		signed, err := p.Fill(token)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(signed[len(file):], []byte("plain words")) || bytes.Contains(signed[len(file):], []byte("Signature1")) {
			t.Errorf("%s: a string is written in clear", name)
		}
		d := mustRead(t, signed)
		s := d.Signatures[0]
		if len(s.Problems) > 0 || !bytes.Equal(s.Contents, token) || s.Name != n.Name || s.Reason != n.Reason || s.Field != "Signature1" || !s.CoversWholeFile {
			t.Errorf("%s: %+v", name, s)
		}
		// With evidence and a timestamp in further revisions.
		whole, _ := d.VRIKeys(s)
		more, err := d.AppendDSS(DSS{Certs: [][]byte{token}, VRI: map[string]VRI{whole: {CRLs: [][]byte{bytes.Repeat([]byte{0x30, 0x02, 0x05, 0x00}, 1)}, TU: n.Time}}})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		store, err := mustRead(t, more).DSS(len(mustRead(t, more).Revisions) - 1)
		if err != nil || len(store.Certs) != 1 || !bytes.Equal(store.Certs[0], token) || len(store.VRI) != 1 {
			t.Errorf("%s: %v, the store is %v", name, err, store)
		}
		stamp, err := mustRead(t, more).PrepareTimestamp(64)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if more, err = stamp.Fill(token); err != nil {
			t.Fatal(err)
		}
		decrypted := encryptedBy(t, more, "--decrypt", "--qdf", "--object-streams=disable")
		for _, text := range []string{"/Reason (plain words)", "/T (Signature1)", "/T (Signature2)"} {
			if !bytes.Contains(decrypted, []byte(text)) {
				t.Errorf("%s: qpdf does not read %s", name, text)
			}
		}
		if d = mustRead(t, more); len(d.Signatures) != 2 || d.Sound() != nil {
			t.Errorf("%s: %d signatures, %v", name, len(d.Signatures), d.Sound())
		}
	}
}

// TestEncryptionByCryptFilters: strings, streams and embedded files may be encrypted
// apart, and a stream may say so of itself.
func TestEncryptionByCryptFilters(t *testing.T) {
	file := encryptedBy(t, secrets(), kinds["AES-128"].args...)
	swap := func(old, new string) []byte {
		if len(old) != len(new) || !bytes.Contains(file, []byte(old)) {
			t.Fatalf("%q cannot become %q", old, new)
		}
		return bytes.Replace(file, []byte(old), []byte(new), 1)
	}
	lang := func(d *Document) string {
		catalog, err := d.Catalog(0)
		if err != nil {
			t.Fatal(err)
		}
		return string(catalog.Get("Lang").(String).Value)
	}
	if got := lang(mustRead(t, file)); got != "kk-KZ" {
		t.Errorf("the language is %q", got)
	}
	open := mustRead(t, swap("/StmF /StdCF /StrF /StdCF", "/StmF/StdCF/StrF/Identity"))
	if got := lang(open); got == "kk-KZ" || len(got) != 32 {
		t.Errorf("a string that is not encrypted is decrypted: %q", got)
	}
	for change, want := range map[[2]string]error{
		{"/CFM /AESV2", "/CFM /AESV9"}:             ErrEncrypted,
		{"/Filter /Standard", "/Filter /Stranger"}: ErrEncrypted,
		{"/R 4", "/R 9"}:                           ErrEncrypted,
		{"/V 4", "/V 3"}:                           ErrEncrypted,
		{"/StrF /StdCF", "/StrF /OtrCF"}:           ErrEncrypted,
	} {
		if _, err := Read(swap(change[0], change[1])); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", change[1], err, want)
		}
	}
	closed := append([]string{}, kinds["AES-256"].args...)
	closed[1] = "secret"
	if _, err := Read(encryptedBy(t, secrets(), closed...)); !errors.Is(err, ErrEncrypted) || !strings.Contains(err.Error(), "password") {
		t.Errorf("with a password: %v", err)
	}
}

// TestEncryptionInTheTrailer: the dictionary may be written in the trailer itself, and
// is repeated there.
func TestEncryptionInTheTrailer(t *testing.T) {
	file := encryptedBy(t, secrets(), kinds["AES-256"].args...)
	d := mustRead(t, file)
	ref := d.Revisions[0].Trailer.Get("Encrypt").(Ref)
	own, err := d.Object(0, ref)
	if err != nil {
		t.Fatal(err)
	}
	entry := []byte("/Encrypt " + ref.String())
	if !bytes.Contains(file, entry) {
		t.Fatal("no entry to replace")
	}
	direct := bytes.Replace(file, entry, append([]byte("/Encrypt "), appendObject(nil, own)...), 1)
	signed := mustFill(t, mustPrepare(t, direct, NewSignature{Reason: "plain words"}))
	for range 2 {
		d := mustRead(t, signed)
		if s := d.Signatures[len(d.Signatures)-1]; s.Reason != "plain words" || d.Sound() != nil || bytes.Contains(signed[len(direct):], []byte("plain words")) {
			t.Errorf("%+v, %v", s, d.Sound())
		}
		signed = mustFill(t, mustPrepare(t, signed, NewSignature{Reason: "plain words"}))
	}
}

// TestRevisionsEncryptedAlike: two revisions that are not would be read as two
// documents.
func TestRevisionsEncryptedAlike(t *testing.T) {
	file := encryptedBy(t, secrets(), kinds["AES-256"].args...)
	d := mustRead(t, file)
	encrypt, _ := d.Revisions[0].Trailer.Get("Encrypt").(Ref)
	id := string(appendObject(nil, d.Revisions[0].Trailer.Get("ID")))
	root := d.Revisions[0].Trailer.Get("Root").(Ref).String()
	size := d.Revisions[0].Trailer.Get("Size").(Integer)
	start := d.Revisions[0].section
	further := func(trailer, object string) []byte {
		out := bytes.Clone(file)
		table := "0 1\n0000000000 65535 f \n"
		if object != "" {
			table += fmt.Sprintf("%d 1\n%010d 00000 n \n", encrypt.Number, len(out))
			out = append(out, object...)
		}
		at := len(out)
		return fmt.Appendf(out, "xref\n%strailer\n<</Size %d/Root %s/Prev %d%s>>\nstartxref\n%d\n%%%%EOF\n", table, size, root, start, trailer, at)
	}
	own := "/Encrypt " + encrypt.String()
	for name, c := range map[string]struct {
		file []byte
		says string
	}{
		"alike":               {further(own+"/ID"+id, ""), ""},
		"not at all":          {further("/ID"+id, ""), "not encrypted alike"},
		"by another object":   {further("/Encrypt 1 0 R/ID"+id, ""), "not encrypted alike"},
		"with another number": {further(own+"/ID[<00><00>]", ""), "not encrypted alike"},
		"redefined":           {further(own+"/ID"+id, fmt.Sprintf("%d 0 obj\n<</Filter/Standard>>\nendobj\n", encrypt.Number)), "in all revisions"},
	} {
		_, err := Read(c.file)
		var syntax *SyntaxError
		if c.says == "" && err != nil || c.says != "" && (!errors.As(err, &syntax) || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: %v, want %q", name, err, c.says)
		}
	}
}

// FuzzEncryption reads dictionaries of strangers: nothing panics, and what opens has a
// key.
func FuzzEncryption(f *testing.F) {
	f.Add([]byte("<</Filter/Standard/V 4/R 4/Length 128/P -4/O(01234567890123456789012345678901)/U(01234567890123456789012345678901)/CF<</StdCF<</CFM/AESV2>>>>/StmF/StdCF/StrF/StdCF>>"), []byte("id"))
	f.Add([]byte("<</Filter/Standard/V 5/R 6/P -4/O(012345678901234567890123456789010123456789012345)/U(012345678901234567890123456789010123456789012345)/UE(01234567890123456789012345678901)/Perms(0123456789012345)/CF<</StdCF<</CFM/AESV3>>>>/StmF/StdCF/StrF/StdCF>>"), []byte{})
	f.Add([]byte("<</Filter/Standard/V 2/R 3/Length 40/P 4294967292/O(01234567890123456789012345678901)/U(01234567890123456789012345678901)>>"), []byte{})
	f.Add([]byte("<</Filter/Standard/V 1/R 2/P -4/O(01234567890123456789012345678901)/U(01234567890123456789012345678901)>>"), []byte{})
	f.Fuzz(func(t *testing.T, text, id []byte) {
		p := &parser{data: text}
		o, err := p.object(0)
		dict, ok := o.(Dict)
		if err != nil || !ok {
			return
		}
		e := &encryption{}
		var syntax *SyntaxError
		if err := e.open(dict, id); err != nil {
			if !errors.Is(err, ErrEncrypted) && !errors.As(err, &syntax) {
				t.Fatalf("%v is of no kind", err)
			}
			return
		}
		ref := Ref{Number: 7}
		for _, m := range []method{rc4Method, aesMethod} {
			if _, err := e.decrypt(ref, m, id); err != nil && !errors.Is(err, errCipher) {
				t.Fatalf("%v", err)
			}
		}
	})
}

// furtherRevision appends objects, as they stand, to a file with a table.
func furtherRevision(t *testing.T, file []byte, objects map[uint32]string) []byte {
	t.Helper()
	d := mustRead(t, file)
	trailer := d.Revisions[len(d.Revisions)-1].Trailer
	out, table, size := bytes.Clone(file), "0 1\n0000000000 65535 f \n", int64(trailer.Get("Size").(Integer))
	numbers := slices.Sorted(maps.Keys(objects))
	for _, n := range numbers {
		table += fmt.Sprintf("%d 1\n%010d 00000 n \n", n, len(out))
		out = fmt.Appendf(out, "%d 0 obj\n%s\nendobj\n", n, objects[n])
		size = max(size, int64(n)+1)
	}
	at := len(out)
	return fmt.Appendf(out, "xref\n%strailer\n<</Size %d/Root %s/Prev %d/Encrypt %s/ID%s>>\nstartxref\n%d\n%%%%EOF\n", table, size, trailer.Get("Root").(Ref),
		d.Revisions[len(d.Revisions)-1].section, appendObject(nil, trailer.Get("Encrypt")), appendObject(nil, trailer.Get("ID")), at)
}

// TestEncryptedApart: a stream that some programs decrypt and others do not is two
// streams, and may be nothing that a page shows. What real programs leave open is read.
func TestEncryptedApart(t *testing.T) {
	const stream = "/Length 20>>stream\n/X gs 0 0 9 9 re f  \nendstream"
	const identity = "<</Filter/Crypt/DecodeParms<</Type/CryptFilterDecodeParms/Name/Identity>>"
	for _, kind := range []string{"AES-128", "AES-128, open metadata", "AES-256, open metadata", "RC4 by a crypt filter"} {
		file := encryptedBy(t, secrets(), kinds[kind].args...)
		open := strings.Contains(kind, "open metadata")
		d := mustRead(t, file)
		catalog, err := d.Catalog(0)
		if err != nil {
			t.Fatal(err)
		}
		pages, _ := d.ResolveDict(0, catalog.Get("Pages"))
		page, _ := pages.Get("Kids").(Array)[0].(Ref)
		whole, _ := d.ResolveDict(0, page)
		with := func(key Name, value string) string {
			return string(appendObject(nil, whole.with(key, source(value))))
		}
		for name, c := range map[string]struct {
			objects map[uint32]string
			refused bool
		}{
			"as others":                        {map[uint32]string{page.Number: with("Contents", "90 0 R"), 90: "<<" + stream}, false},
			"content by Identity":              {map[uint32]string{page.Number: with("Contents", "90 0 R"), 90: identity + stream}, true},
			"content in a list":                {map[uint32]string{page.Number: with("Contents", "[90 0 R]"), 90: identity + stream}, true},
			"content by an unknown filter":     {map[uint32]string{page.Number: with("Contents", "90 0 R"), 90: strings.Replace(identity, "/Identity", "/Other", 1) + stream}, true},
			"content that is metadata":         {map[uint32]string{page.Number: with("Contents", "90 0 R"), 90: "<</Type/Metadata" + stream}, open},
			"content that is a table":          {map[uint32]string{page.Number: with("Contents", "90 0 R"), 90: "<</Type/XRef" + stream}, true},
			"metadata by Identity":             {map[uint32]string{page.Number: with("Metadata", "90 0 R"), 90: identity + "/Type/Metadata" + stream}, false},
			"metadata and content":             {map[uint32]string{page.Number: with("Metadata", "90 0 R/Contents 90 0 R"), 90: identity + "/Type/Metadata" + stream}, true},
			"a form by the name of metadata":   {map[uint32]string{page.Number: with("Resources", "<</XObject<</Metadata 90 0 R>>>>"), 90: identity + "/Subtype/Form" + stream}, true},
			"the same, the list apart":         {map[uint32]string{page.Number: with("Resources", "<</XObject 91 0 R>>"), 91: "<</Metadata 90 0 R>>", 90: identity + "/Subtype/Form" + stream}, true},
			"the same, at two steps":           {map[uint32]string{page.Number: with("Resources", "<</XObject 92 0 R>>"), 92: "91 0 R", 91: "<</Metadata 90 0 R>>", 90: identity + "/Subtype/Form" + stream}, true},
			"a form by the name of a file":     {map[uint32]string{page.Number: with("Resources", "<</XObject<</F 90 0 R>>>>"), 90: identity + "/Type/EmbeddedFile/Subtype/Form" + stream}, true},
			"an appearance":                    {map[uint32]string{page.Number: with("X", "<</AP<</N<</Metadata 90 0 R>>>>>>"), 90: identity + stream}, true},
			"an embedded file":                 {map[uint32]string{page.Number: with("AF", "[<</Type/Filespec/EF<</F 90 0 R/UF 90 0 R>>>>]"), 90: identity + "/Type/EmbeddedFile" + stream}, false},
			"an embedded file, its list apart": {map[uint32]string{page.Number: with("AF", "[<</Type/Filespec/EF 91 0 R>>]"), 91: "<</F 90 0 R>>", 90: identity + stream}, false},
			"an object stream":                 {map[uint32]string{90: identity + "/Type/ObjStm/N 0/First 0" + stream}, true},
			"one that nothing refers to":       {map[uint32]string{90: identity + stream}, false},
		} {
			d, err := Read(furtherRevision(t, file, c.objects))
			if err != nil {
				t.Fatalf("%s, %s: %v", kind, name, err)
			}
			var refused bool
			for _, p := range d.Unreadable {
				refused = refused || p.Code == CodeEncryptedApart && p.Weight == Ambiguous
			}
			if refused != c.refused {
				t.Errorf("%s, %s: refused is %v: %v", kind, name, refused, d.Unreadable)
			}
		}
	}
}

// TestEmptyPasswordOfTheOwner: where the owner has the empty password too, it must open
// the same file.
func TestEmptyPasswordOfTheOwner(t *testing.T) {
	for _, args := range [][]string{
		{"--encrypt", "", "", "256", "--allow-insecure", "--"},
		{"--allow-weak-crypto", "--encrypt", "", "", "256", "--force-R5", "--allow-insecure", "--"},
		{"--allow-weak-crypto", "--encrypt", "", "", "128", "--use-aes=y", "--"},
	} {
		file := encryptedBy(t, secrets(), args...)
		d := mustRead(t, file)
		if err := d.Sound(); err != nil {
			t.Errorf("%v: %v", args, err)
		}
		own, err := d.ResolveDict(0, d.Revisions[0].Trailer.Get("Encrypt"))
		if err != nil {
			t.Fatal(err)
		}
		key, ok := own.Get("OE").(String)
		if !ok {
			continue
		}
		at := bytes.Index(file, []byte("/OE <"))
		if at < 0 || len(key.Value) < 32 {
			t.Fatal("no key of the owner")
		}
		other := bytes.Clone(file)
		if at += len("/OE <"); other[at] == '0' {
			other[at] = '1'
		} else {
			other[at] = '0'
		}
		var syntax *SyntaxError
		if _, err := Read(other); !errors.As(err, &syntax) || errors.Is(err, ErrEncrypted) || !strings.Contains(err.Error(), "with another key") {
			t.Errorf("%v: another key of the owner: %v", args, err)
		}
	}
}

// TestDictionaryOfTheEncryption: of two filters with a name programs take either, and
// what is neither true nor false they take for both.
func TestDictionaryOfTheEncryption(t *testing.T) {
	file := encryptedBy(t, secrets(), kinds["AES-128"].args...)
	d := mustRead(t, file)
	own, err := d.ResolveDict(0, d.Revisions[0].Trailer.Get("Encrypt"))
	if err != nil {
		t.Fatal(err)
	}
	written := string(appendObject(nil, own))
	in := func(dictionary string) []byte {
		return regexp.MustCompile(`/Encrypt \d+ 0 R`).ReplaceAllLiteral(file, []byte("/Encrypt "+dictionary))
	}
	mustRead(t, in(written))
	twice := in(strings.Replace(written, "/StdCF <<", "/StdCF<</CFM/V2>>/StdCF <<", 1))
	if bytes.Equal(twice, in(written)) {
		t.Fatalf("no filter in %s", written)
	}
	if _, err := Read(twice); !errors.Is(err, ErrEncrypted) || !strings.Contains(err.Error(), "twice") {
		t.Errorf("%v", err)
	}
	mustRead(t, in(strings.Replace(written, "/StmF", "/EncryptMetadata true/StmF", 1)))
	for _, value := range []string{"1 0 R", "/false", "(false)", "0"} {
		if _, err := Read(in(strings.Replace(written, "/StmF", "/EncryptMetadata "+value+"/StmF", 1))); !errors.Is(err, ErrEncrypted) || !strings.Contains(err.Error(), "neither true nor false") {
			t.Errorf("/EncryptMetadata %s: %v", value, err)
		}
	}
}

// TestAuthenticatedFiles: the message authentication code in the trailer of an
// encrypted file, as pyHanko writes one, has a range and is no signature. What has one
// is judged, and not signed.
func TestAuthenticatedFiles(t *testing.T) {
	file := encryptedBy(t, secrets(), kinds["AES-256"].args...)
	const code = "/AuthCode<</MACLocation/Standalone/ByteRange[0 100 200 300]/MAC<3003020100>>>"
	in := func(entry string) []byte {
		i := bytes.LastIndex(file, []byte("trailer <<"))
		if i < 0 {
			t.Fatal("no trailer")
		}
		i += len("trailer <<")
		return slices.Concat(file[:i], []byte(entry), file[i:])
	}
	for name, c := range map[string]struct {
		entry string
		sound bool
	}{
		"a code":               {code, true},
		"of a signature":       {"/AuthCode<</MACLocation/AttachedToSig/SigObjRef 1 0 R>>", true},
		"that is a signature":  {strings.Replace(code, "/MACLocation", "/Type/Sig/Contents<3003020100>/MACLocation", 1), false},
		"of another name":      {strings.Replace(code, "AuthCode", "AuthCodes", 1), false},
		"with a range further": {code + "%/ByteRange[0 1 2 3]\n", false},
	} {
		d, err := Read(in(c.entry))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		orphan := slices.ContainsFunc(d.Unreadable, func(p Problem) bool { return p.Code == CodeOrphanSignature })
		if orphan == c.sound {
			t.Errorf("%s: %v", name, d.Unreadable)
		}
	}
	e := &encryption{streams: aesMethod, strings: aesMethod, files: aesMethod}
	for _, c := range []struct {
		revision    int64
		permissions uint32
		writes      bool
	}{{6, ^uint32(3), true}, {6, ^uint32(3) &^ (1 << 12), false}, {5, ^uint32(3) &^ (1 << 12), true}, {4, 0, true}} {
		e.revision, e.permissions = c.revision, c.permissions
		if err := e.writes(); (err == nil) != c.writes || err != nil && (!errors.Is(err, ErrEncrypted) || !strings.Contains(err.Error(), "32004")) {
			t.Errorf("revision %d, /P %x: %v", c.revision, c.permissions, err)
		}
	}
	plain := slices.Concat(secrets(), []byte{})
	i := bytes.LastIndex(plain, []byte("trailer"))
	at := i + bytes.Index(plain[i:], []byte("<<")) + 2
	if d := mustRead(t, slices.Concat(plain[:at], []byte(code), plain[at:])); d.Sound() == nil {
		t.Error("a code in a file that is not encrypted")
	}
}
