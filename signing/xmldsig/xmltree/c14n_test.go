package xmltree

import (
	"errors"
	"strings"
	"testing"
)

// element finds the first element with a local name.
func element(t testing.TB, d *Document, local string) *Node {
	t.Helper()
	var found *Node
	d.Walk(func(n *Node) bool {
		if n.Local() == local {
			found = n
		}
		return found == nil
	})
	if found == nil {
		t.Fatalf("no element %s", local)
	}
	return found
}

const nested = `<n0:local xmlns:n0="foo:bar" xmlns:n3="ftp://example.org" xml:lang="kk" xml:base="http://b.example/" xml:space="preserve">` +
	`<n1:elem2 xmlns:n1="http://example.net" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org" n3:a="1"/><!--c--></n1:elem2></n0:local>`

func TestSubset(t *testing.T) {
	for _, c := range []struct {
		name, in, apex string
		method         Method
		want           string
	}{
		{"inclusive takes everything in scope", nested, "elem2", Method{},
			`<n1:elem2 xmlns:n0="foo:bar" xmlns:n1="http://example.net" xmlns:n3="ftp://example.org" xml:base="http://b.example/" xml:lang="en" xml:space="preserve"><n3:stuff n3:a="1"></n3:stuff></n1:elem2>`},
		{"exclusive takes what is in use", nested, "elem2", Method{Exclusive: true},
			`<n1:elem2 xmlns:n1="http://example.net" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org" n3:a="1"></n3:stuff></n1:elem2>`},
		{"exclusive with comments", nested, "elem2", Method{Exclusive: true, Comments: true},
			`<n1:elem2 xmlns:n1="http://example.net" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org" n3:a="1"></n3:stuff><!--c--></n1:elem2>`},
		{"a listed prefix is taken as the inclusive form does", nested, "elem2", Method{Exclusive: true, Prefixes: []string{"n0", "n3", "unknown"}},
			`<n1:elem2 xmlns:n0="foo:bar" xmlns:n1="http://example.net" xmlns:n3="ftp://example.org" xml:lang="en"><n3:stuff n3:a="1"></n3:stuff></n1:elem2>`},
		{"the default namespace listed", `<a xmlns="urn:a"><p:b xmlns:p="urn:p"><c/></p:b></a>`, "b", Method{Exclusive: true, Prefixes: []string{"#default"}},
			`<p:b xmlns="urn:a" xmlns:p="urn:p"><c></c></p:b>`},
		{"the default namespace not listed", `<a xmlns="urn:a"><p:b xmlns:p="urn:p"><c/><c/></p:b></a>`, "b", Method{Exclusive: true},
			`<p:b xmlns:p="urn:p"><c xmlns="urn:a"></c><c xmlns="urn:a"></c></p:b>`},
		{"no default namespace to end", `<a xmlns="urn:a"><b xmlns=""><c/></b></a>`, "b", Method{}, `<b><c></c></b>`},
		{"a default namespace ended inside", `<p:a xmlns:p="urn:p" xmlns="urn:d"><b><p:c xmlns=""><d/></p:c></b></p:a>`, "b", Method{Exclusive: true},
			`<b xmlns="urn:d"><p:c xmlns:p="urn:p"><d xmlns=""></d></p:c></b>`},
		{"a prefix that changes its meaning", `<p:a xmlns:p="urn:1"><b xmlns:p="urn:2"><p:c xmlns:p="urn:1"/></b></p:a>`, "a", Method{Exclusive: true},
			`<p:a xmlns:p="urn:1"><b><p:c></p:c></b></p:a>`},
		{"1.1 inherits language and space", `<a xml:lang="kk" xml:space="preserve" xml:id="i" xml:other="o"><b/></a>`, "b", Method{Version11: true},
			`<b xml:lang="kk" xml:space="preserve"></b>`},
		{"1.0 inherits everything of xml", `<a xml:lang="kk" xml:id="i"><b><c xml:lang="ru"/></b></a>`, "c", Method{},
			`<c xml:id="i" xml:lang="ru"></c>`},
		{"an attribute in use", `<a xmlns:x="urn:x" xmlns:y="urn:y"><b x:at="1"><c y:at="2"/></b></a>`, "b", Method{Exclusive: true},
			`<b xmlns:x="urn:x" x:at="1"><c xmlns:y="urn:y" y:at="2"></c></b>`},
	} {
		d, err := Parse([]byte(c.in))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		got, err := d.Canonical(element(t, d, c.apex), c.method, nil, 1<<20)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %v\n got %s\nwant %s", c.name, err, got, c.want)
		}
	}
}

func TestOmitted(t *testing.T) {
	d, err := Parse([]byte("<a>1<b>2<c/></b>3<c>4</c></a>"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := d.Canonical(nil, Method{}, func(n *Node) bool { return n.Local() == "b" }, 1<<20)
	if err != nil || string(got) != "<a>13<c>4</c></a>" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestNoCanonicalForm(t *testing.T) {
	for _, c := range []struct {
		name, in string
		method   Method
		limit    int
		want     error
	}{
		{"relative namespace", `<a><b xmlns="relative"/></a>`, Method{}, 1 << 20, ErrCanonical},
		{"relative namespace with a slash", `<a xmlns:p="a/b:c"/>`, Method{Exclusive: true}, 1 << 20, ErrCanonical},
		{"too long", "<a>" + strings.Repeat("&gt;", 100) + "</a>", Method{}, 300, ErrLimit},
		// One long declaration that the exclusive form repeats on every child.
		{"amplified", `<a xmlns:p="urn:` + strings.Repeat("x", 1<<16) + `">` + strings.Repeat("<p:b/>", 1<<12) + "</a>", Method{Exclusive: true}, 1 << 21, ErrLimit},
	} {
		d, err := Parse([]byte(c.in))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if got, err := d.Canonical(d.Root(), c.method, nil, c.limit); !errors.Is(err, c.want) || got != nil {
			t.Errorf("%s: %v, %d bytes", c.name, err, len(got))
		}
	}
}
