package xmldsig_test

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"tamga/certs/ca"
	"tamga/signing/xmldsig"
)

// stacked signs a document with keys one after the other, as national libraries do,
// and returns the parts of the file: what stands before the signatures, each of
// them, and what follows.
func stacked(t *testing.T, file string, opt xmldsig.Options, keys ...xmldsig.Key) (before string, signatures []string, after string) {
	t.Helper()
	opt.Cosign = true
	for _, key := range keys {
		signed, err := xmldsig.SignEnveloped(t.Context(), []byte(file), key, opt)
		if err != nil {
			t.Fatal(err)
		}
		file = string(signed)
	}
	const begin, end = "<ds:Signature ", "</ds:Signature>"
	first, last := strings.Index(file, begin), strings.LastIndex(file, end)+len(end)
	for _, s := range strings.SplitAfter(file[first:last], end) {
		if s != "" {
			signatures = append(signatures, s)
		}
	}
	return file[:first], signatures, file[last:]
}

// problemsOf are the problems of each signature of a file, "" for none.
func problemsOf(t *testing.T, file string) (all []string) {
	t.Helper()
	d, err := xmldsig.Read([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range d.Signatures(t.Context(), xmldsig.Supplied{}) {
		var found []string
		for _, p := range s.Problems {
			found = append(found, p.Code)
		}
		if len(found) == 0 && s.Verify(s.Signer().PublicKey) != nil {
			found = append(found, "value")
		}
		all = append(all, strings.Join(found, " "))
	}
	return all
}

// TestStackAttacks changes a stack of three in every way in which its signatures
// can be taken apart, and holds what is said of each.
func TestStackAttacks(t *testing.T) {
	keys := []xmldsig.Key{person(t, ca.ECDSA), person(t, ca.GOST2015), person(t, ca.RSA)}
	before, s, after := stacked(t, `<doc><sum>100</sum></doc>`, xmldsig.Options{}, keys...)
	_, other, _ := stacked(t, `<doc><sum>999</sum></doc>`, xmldsig.Options{}, keys[0])
	_, alone, _ := stacked(t, `<doc><sum>100</sum></doc>`, xmldsig.Options{}, keys[1])
	inside := func(signature, object string) string {
		return strings.Replace(signature, "</ds:Signature>", "<ds:Object>"+object+"</ds:Object></ds:Signature>", 1)
	}
	const digest, later, misplaced = xmldsig.CodeDigest, xmldsig.CodeLaterSignatures, xmldsig.CodeSignaturePosition
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"as made":                           {before + s[0] + s[1] + s[2] + after, []string{"", "", ""}},
		"the last removed":                  {before + s[0] + s[1] + after, []string{"", ""}},
		"the last two removed":              {before + s[0] + after, []string{""}},
		"the first removed":                 {before + s[1] + s[2] + after, []string{digest, digest}},
		"the middle one removed":            {before + s[0] + s[2] + after, []string{later, digest}},
		"the last two swapped":              {before + s[0] + s[2] + s[1] + after, []string{later, "", digest}},
		"the first two swapped":             {before + s[1] + s[0] + s[2] + after, []string{digest, digest, digest}},
		"turned round":                      {before + s[2] + s[1] + s[0] + after, []string{digest, digest, digest}},
		"the first twice":                   {before + s[0] + s[0] + s[1] + after, []string{later, digest, digest}},
		"the last twice":                    {before + s[0] + s[1] + s[2] + s[2] + after, []string{later, later, later, digest}},
		"the last of another document":      {before + s[0] + other[0] + after, []string{later, digest}},
		"the second made beside the first":  {before + s[0] + alone[0] + after, []string{later, digest}},
		"the first in an Object of another": {before + inside(s[1], s[0]) + s[2] + after, []string{digest, misplaced, digest}},
		"all in an Object of the last":      {before + inside(s[2], s[0]+s[1]) + after, []string{digest, misplaced, misplaced}},
		"the document changed":              {strings.Replace(before, "100", "999", 1) + s[0] + s[1] + s[2] + after, []string{digest, digest, digest}},
		"text between":                      {before + s[0] + "999" + s[1] + s[2] + after, []string{digest, digest, digest}},
		"text behind":                       {before + s[0] + s[1] + s[2] + "999" + after, []string{digest, digest, digest}},
		"an element between":                {before + s[0] + "<sum>999</sum>" + s[1] + s[2] + after, []string{digest, digest, digest}},
		"an object in the first":            {before + inside(s[0], "<sum>999</sum>") + s[1] + s[2] + after, []string{later, digest, digest}},
		"an object in the middle one":       {before + s[0] + inside(s[1], "<sum>999</sum>") + s[2] + after, []string{later, later, digest}},
		"the value of the first changed":    {before + changed(t, s[0]) + s[1] + s[2] + after, []string{later, digest, digest}},
		"one in the middle of the document": {strings.Replace(before, "100", "100"+s[1], 1) + s[0] + s[2] + after, []string{digest, digest, digest}},
		"around the document":               {"<doc>" + before + s[0] + s[1] + s[2] + after + "</doc>", []string{digest, digest, digest}},
		"no signature at the end":           {before + s[0] + s[1] + `<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><sum>999</sum></ds:Signature>` + after, []string{later, later, xmldsig.CodeStructure}},
		"one of another name space": {before + s[0] + strings.Replace(s[1], "www.w3.org/2000/09/xmldsig#", "evil.example/", 1) + after,
			[]string{digest}},
	} {
		got := problemsOf(t, c.file)
		if !slices.EqualFunc(got, c.want, func(got, want string) bool { return got == want || want != "" && strings.Contains(got, want) }) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// changed changes one character of a signature value.
func changed(t *testing.T, signature string) string {
	t.Helper()
	before, value, ok := strings.Cut(signature, "<ds:SignatureValue>")
	if !ok {
		t.Fatal("no value")
	}
	with := "A"
	if value[0] == 'A' {
		with = "B"
	}
	return before + "<ds:SignatureValue>" + with + value[1:]
}

// TestStackIdentifiers holds that identifiers of stacked signatures that stand twice
// name nothing: properties of XAdES cannot be taken for another's.
func TestStackIdentifiers(t *testing.T) {
	keys := []xmldsig.Key{person(t, ca.ECDSA), person(t, ca.RSA)}
	before, s, after := stacked(t, `<doc Id="d"><sum>100</sum></doc>`, xmldsig.Options{Properties: true, At: now()}, keys...)
	if got := problemsOf(t, before+s[0]+s[1]+after); !slices.Equal(got, []string{"", ""}) {
		t.Fatalf("as made: %q", got)
	}
	id := func(signature string) string {
		_, rest, _ := strings.Cut(signature, ` Id="`)
		name, _, _ := strings.Cut(rest, `"`)
		return name
	}
	renamed := strings.ReplaceAll(s[1], id(s[1]), id(s[0]))
	for i, got := range problemsOf(t, before+s[0]+renamed+after) {
		if !strings.Contains(got, xmldsig.CodeDuplicateID) {
			t.Errorf("signature %d with the identifiers of the other: %q", i, got)
		}
	}
	_, plain, _ := stacked(t, `<doc Id="d"><sum>100</sum></doc>`, xmldsig.Options{}, keys...)
	for i, got := range problemsOf(t, strings.Replace(before, `<sum>`, `<sum Id="d">`, 1)+plain[0]+plain[1]+after) {
		if got != xmldsig.CodeDigest && got != xmldsig.CodeDigest+" "+xmldsig.CodeNothingSigned {
			t.Errorf("signature %d of a changed document: %q", i, got)
		}
	}
}

// TestStackOfMany holds that each of many stacked signatures of a document covers
// exactly those before it.
func TestStackOfMany(t *testing.T) {
	key := person(t, ca.ECDSA)
	keys := make([]xmldsig.Key, 12)
	for i := range keys {
		keys[i] = key
	}
	text := strings.Repeat("<line>өтініш</line>", 40_000)
	before, s, after := stacked(t, "<doc>"+text+"</doc>", xmldsig.Options{}, keys[:3]...)
	file := before + strings.Join(s, "") + after
	for range keys[3:] {
		signed, err := xmldsig.SignEnveloped(t.Context(), []byte(file), key, xmldsig.Options{Cosign: true})
		if err != nil {
			t.Fatal(err)
		}
		file = string(signed)
	}
	d, err := xmldsig.Read([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range d.Signatures(t.Context(), xmldsig.Supplied{}) {
		if len(s.Problems) > 0 || len(s.Covers) != i || len(s.Without) != len(keys)-1-i {
			t.Errorf("signature %d: %v, covers %v without %v", i, s.Problems, s.Covers, s.Without)
		}
		if got := string(s.Signed()[0].Bytes); strings.Count(got, "</ds:Signature>") != i {
			t.Errorf("signature %d covers %d signatures", i, strings.Count(got, "</ds:Signature>"))
		}
	}
}

// TestStackByXmlsec has another reader say that each signature of a stack is one by
// the letter of XML Signature as soon as those that follow are taken off.
func TestStackByXmlsec(t *testing.T) {
	key := person(t, ca.RSA)
	j := xmlsec(t, key)
	before, s, after := stacked(t, `<doc><sum>100</sum></doc>`, xmldsig.Options{}, key, key, key)
	for n := 1; n <= len(s); n++ {
		file := j.file("stack.xml", before+strings.Join(s[:n], "")+after)
		for i := 1; i <= n; i++ {
			out, err := exec.Command("xmlsec1", "--verify", "--enabled-key-data", "key-name", "--pubkey-cert-pem", j.cert,
				"--node-xpath", fmt.Sprintf("/doc/*[local-name()='Signature'][%d]", i), file).CombinedOutput()
			if (err == nil) != (i == n) {
				t.Errorf("of %d signatures the %d.: %v\n%s", n, i, err, out)
			}
		}
	}
}

// leavingOut are the ways in which signatures leave out all others, as they stand in
// files of other programs.
var leavingOut = map[string]string{
	"XPath":               xpath,
	"spaces":              strings.Replace(xpath, "not(ancestor-or-self::ds:Signature)", "\n not ( ancestor-or-self::ds:Signature )\n", 1),
	"another prefix":      strings.Replace(xpath, "<ds:XPath>not(ancestor-or-self::ds:", `<ds:XPath xmlns:dsig="`+dsig+`">not(ancestor-or-self::dsig:`, 1),
	"enveloped and XPath": strings.Replace(xpath, "<ds:Transforms>", `<ds:Transforms><ds:Transform Algorithm="`+dsig+`enveloped-signature"/>`, 1),
	"XPath and enveloped": strings.Replace(xpath, "</ds:Transforms>", `<ds:Transform Algorithm="`+dsig+`enveloped-signature"/></ds:Transforms>`, 1),
	"XPath, C14N":         strings.Replace(xpath, "</ds:Transforms>", `<ds:Transform Algorithm="`+excl+`"/></ds:Transforms>`, 1),
	"filter":              filter2("subtract", "/descendant::ds:Signature"),
	"filter, short":       filter2("subtract", " //ds:Signature "),
}

func filter2(filter, text string) string {
	return `<ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2002/06/xmldsig-filter2"><f:XPath xmlns:f="http://www.w3.org/2002/06/xmldsig-filter2" Filter="` +
		filter + `">` + text + `</f:XPath></ds:Transform></ds:Transforms>`
}

// byXmlsec has xmlsec1 sign a file that has one more signature at its end, for which
// the transforms are given.
func (j judge) byXmlsec(before, uri, transforms, after string, n int) string {
	j.t.Helper()
	file := before + blank(c14n, more+"rsa-sha256", enc+"sha256", uri, transforms) + after
	cmd := exec.Command("xmlsec1", "--sign", "--privkey-pem", j.keyFile, "--id-attr:Id", "doc", "--id-attr:Id", "part",
		"--node-xpath", fmt.Sprintf("(//*[local-name()='Signature'])[%d]", n), j.file("blank.xml", file))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		j.t.Fatalf("xmlsec1 does not sign: %s\n%s", stderr.String(), file)
	}
	return strings.TrimSuffix(string(out), "\n")
}

// TestStackByXPath holds that a signature which leaves out all others may stand
// anywhere in a stack, that the others are right with it, and that the answer says
// what each covers; xmlsec1 makes it.
func TestStackByXPath(t *testing.T) {
	key := person(t, ca.RSA)
	j := xmlsec(t, key)
	before, s, after := stacked(t, "<?xml version=\"1.0\"?>\n<doc Id=\"d\"><sum>100</sum></doc>", xmldsig.Options{}, key)
	for name, transforms := range leavingOut {
		for _, uri := range []string{"", "#d"} {
			last := j.byXmlsec(before+s[0], uri, transforms, after, 2)
			if got := problemsOf(t, last); !slices.Equal(got, []string{"", ""}) {
				t.Errorf("%s %q: %q\n%s", name, uri, got, last)
				continue
			}
			d, err := xmldsig.Read([]byte(last))
			if err != nil {
				t.Fatal(err)
			}
			all := d.Signatures(t.Context(), xmldsig.Supplied{})
			if !slices.Equal(all[0].Without, []int{1}) || !slices.Equal(all[1].Without, []int{0}) || len(all[0].Covers)+len(all[1].Covers) > 0 || all[1].Stacked || !all[0].Stacked {
				t.Errorf("%s %q: %v %v and %v %v", name, uri, all[0].Covers, all[0].Without, all[1].Covers, all[1].Without)
			}
			for i := range all {
				if got := string(all[i].Signed()[0].Bytes); got != `<doc Id="d"><sum>100</sum></doc>` {
					t.Errorf("%s %q: signature %d covers %s", name, uri, i, got)
				}
			}
		}
	}
}

// TestStackAttacksByXPath changes a stack whose later signatures leave out all
// others, and holds what is said of each.
func TestStackAttacksByXPath(t *testing.T) {
	key := person(t, ca.RSA)
	j := xmlsec(t, key)
	const head = "<?xml version=\"1.0\"?>\n"
	before, s, after := stacked(t, head+`<doc><part Id="p">100</part></doc>`, xmldsig.Options{}, key, key)
	_, other, _ := stacked(t, head+`<doc><part Id="p">999</part></doc>`, xmldsig.Options{}, key)
	cut := func(file string) string { // the last signature of a file
		begin, end := strings.LastIndex(file, "<ds:Signature "), strings.LastIndex(file, "</ds:Signature>")
		return file[begin:end] + "</ds:Signature>"
	}
	x := cut(j.byXmlsec(before+s[0]+s[1], "", xpath, after, 3))
	evil := cut(j.byXmlsec(strings.Replace(before, "100", "999", 1), "", xpath, after, 1))
	part := cut(j.byXmlsec(before, "#p", xpath, after, 1))
	inside := func(signature, object string) string {
		return strings.Replace(signature, "</ds:Signature>", "<ds:Object>"+object+"</ds:Object></ds:Signature>", 1)
	}
	const digest, later, misplaced, transform = xmldsig.CodeDigest, xmldsig.CodeLaterSignatures, xmldsig.CodeSignaturePosition, xmldsig.CodeTransform
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"as made":                          {before + s[0] + s[1] + x + after, []string{"", "", ""}},
		"the last twice":                   {before + s[0] + s[1] + x + x + after, []string{"", "", "", ""}},
		"between two":                      {before + s[0] + x + s[1] + after, []string{later, "", digest}},
		"before them":                      {before + x + s[0] + after, []string{"", digest}},
		"alone":                            {before + x + after, []string{""}},
		"of another document":              {before + s[0] + evil + after, []string{later, digest}},
		"of a part":                        {before + s[0] + part + after, []string{later, xmldsig.CodePosition}},
		"with an enveloped one of another": {before + other[0] + x + after, []string{digest, ""}},
		"the document changed":             {strings.Replace(before, "100", "999", 1) + s[0] + x + after, []string{digest, digest}},
		"the value of the last changed":    {before + s[0] + changed(t, x) + after, []string{"", "value"}},
		"text behind":                      {before + s[0] + x + "999" + after, []string{digest, digest}},
		"an element between":               {before + s[0] + "<sum>999</sum>" + x + after, []string{digest, digest}},
		"an element of another name space": {before + s[0] + x + strings.Replace(x, dsig, "urn:evil", 1) + after, []string{digest, digest}},
		"the first in an Object of it":     {before + inside(x, s[0]) + after, []string{"", misplaced}},
		"intersect":                        {strings.Replace(before+s[0]+x+after, xpath, filter2("intersect", "/descendant::ds:Signature"), 1), []string{xmldsig.CodeLaterUnknown, transform}},
		"another name":                     {before + s[0] + strings.Replace(x, "::ds:Signature", "::ds:Object", 1) + after, []string{xmldsig.CodeLaterUnknown, transform}},
		"XPath twice":                      {before + s[0] + strings.Replace(x, "</ds:Transform>", "</ds:Transform>"+strings.TrimSuffix(strings.TrimPrefix(xpath, "<ds:Transforms>"), "</ds:Transforms>"), 1) + after, []string{xmldsig.CodeLaterUnknown, transform}},
		"a space in a name":                {before + s[0] + strings.Replace(x, "::ds:Signature", "::ds :Signature", 1) + after, []string{xmldsig.CodeLaterUnknown, transform}},
	} {
		got := problemsOf(t, c.file)
		if !slices.EqualFunc(got, c.want, func(got, want string) bool { return got == want || want != "" && strings.Contains(got, want) }) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
