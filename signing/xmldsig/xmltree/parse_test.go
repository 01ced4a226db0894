package xmltree

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// wellFormed are documents that the reader accepts, with their canonical form
// with comments. A judge that is installed is asked about each too.
var wellFormed = []struct{ name, in, inclusive string }{
	{"comments and instructions outside the document element",
		"<?xml version=\"1.0\"?>\n\n<?style  href=\"a.xsl\"   type=\"text\" ?>\n\n<a>Hello, world!<!-- one --></a>\n\n<?without-data     ?>\n\n<!-- two -->\n\n<!-- three -->",
		"<?style href=\"a.xsl\"   type=\"text\" ?>\n<a>Hello, world!<!-- one --></a>\n<?without-data?>\n<!-- two -->\n<!-- three -->"},
	{"white space in content", "<a>\n  <b>x</b>\t<c>  </c>\n</a>", "<a>\n  <b>x</b>\t<c>  </c>\n</a>"},
	{"tags and their attributes",
		"<a>\n<e1   />\n<e2   ></e2>\n<e3   name = \"e3\"   id=\"x\"   />\n<e4 b:z=\"1\" a:z=\"2\" c=\"3\" xmlns:b=\"http://a.example/\" xmlns:a=\"http://b.example/\" xmlns=\"http://c.example/\"/>\n<e5 xmlns=\"\" xmlns:a=\"http://b.example/\"><e6 xmlns=\"\" a:q=\"1\"/></e5></a>",
		"<a>\n<e1></e1>\n<e2></e2>\n<e3 id=\"x\" name=\"e3\"></e3>\n<e4 xmlns=\"http://c.example/\" xmlns:a=\"http://b.example/\" xmlns:b=\"http://a.example/\" c=\"3\" b:z=\"1\" a:z=\"2\"></e4>\n<e5 xmlns:a=\"http://b.example/\"><e6 a:q=\"1\"></e6></e5></a>"},
	{"default namespace ended", `<a xmlns="http://a.example/"><b xmlns=""><c xmlns="http://a.example/"><d xmlns=""/></c></b></a>`,
		`<a xmlns="http://a.example/"><b xmlns=""><c xmlns="http://a.example/"><d xmlns=""></d></c></b></a>`},
	{"superfluous declarations", `<p:a xmlns:p="urn:p" xmlns:q="urn:q"><p:b xmlns:p="urn:p"><q:c xmlns:p="urn:r" xmlns:q="urn:q"><p:d xmlns:p="urn:p"/></q:c></p:b></p:a>`,
		`<p:a xmlns:p="urn:p" xmlns:q="urn:q"><p:b><q:c xmlns:p="urn:r"><p:d xmlns:p="urn:p"></p:d></q:c></p:b></p:a>`},
	{"characters and references", "<a>&lt;&gt;&amp;&quot;&apos;\"'>&#xD;&#13;&#x1F600;&#1171;</a>",
		"<a>&lt;&gt;&amp;\"'\"'&gt;&#xD;&#xD;\U0001F600ғ</a>"},
	{"attribute values", "<a n=' &#x20; &#xD;&#xA;&#9; \r\n\t<'/>", ""},
	{"attribute values normalised", "<a n=' &#x20; &#xD;&#xA;&#9; \r\n\ty > &lt; &quot; \" &apos; '/>",
		"<a n=\"   &#xD;&#xA;&#x9;   y > &lt; &quot; &quot; ' \"></a>"},
	{"line ends", "<a>\r\n1\r2\n3\r\r\n<?p x\r\ny?><!--\r--></a>", "<a>\n1\n2\n3\n\n<?p x\ny?><!--\n--></a>"},
	{"CDATA", "<a>x<![CDATA[<&>\r\n]]]]><![CDATA[>]]><![CDATA[]]>y</a>", "<a>x&lt;&amp;&gt;\n]]&gt;y</a>"},
	{"names beyond ASCII", "<құжат атауы=\"ә\"><Ж·2/></құжат>", "<құжат атауы=\"ә\"><Ж·2></Ж·2></құжат>"},
	{"byte order mark", "\ufeff<a/>", "<a></a>"},
	{"xml attributes", `<a xml:lang="kk" xml:space='preserve' b="1"><c xml:id="i" xmlns:xml="http://www.w3.org/XML/1998/namespace"/></a>`,
		`<a b="1" xml:lang="kk" xml:space="preserve"><c xml:id="i"></c></a>`},
	{"attributes sorted by namespace before name", `<a xmlns:z="urn:a" xmlns:b="urn:z" z:b="1" b:a="2" z:a="3" y="4"/>`,
		`<a xmlns:b="urn:z" xmlns:z="urn:a" y="4" z:a="3" z:b="1" b:a="2"></a>`},
	{"declaration with everything", "<?xml version='1.0'  encoding=\"utf-8\" standalone = 'no' ?><a/>", "<a></a>"},
	{"quotes of both kinds", `<a x="'" y='"'/>`, `<a x="'" y="&quot;"></a>`},
}

// tolerated is not XML to the letter, but says one thing to whoever reads it.
var tolerated = []struct{ name, in, inclusive string }{
	{"blank lines before the declaration", "\r\n \t\n<?xml version=\"1.0\"?><a/>", "<a></a>"},
	{"mark and blank line", "\ufeff\r\n<?xml version=\"1.0\"?><a/>", "<a></a>"},
	{"blank line and mark", "\n\ufeff<?xml version=\"1.0\"?><a/>", "<a></a>"},
	{"mark twice", "\ufeff\ufeff<a/>", "<a></a>"},
	{"UTF8", "<?xml version='1.0' encoding='UTF8'?><a>ғ</a>", "<a>ғ</a>"},
	{"utf8", "<?xml version='1.0' encoding='utf8'?><a>ғ</a>", "<a>ғ</a>"},
	{"Utf-8", "<?xml version='1.0' encoding='Utf-8'?><a>ғ</a>", "<a>ғ</a>"},
	{"UTF_8", "<?xml version='1.0' encoding='UTF_8'?><a>ғ</a>", "<a>ғ</a>"},
	{"ASCII", "<?xml version='1.0' encoding='us-ascii'?><a>&#1171;</a>", "<a>ғ</a>"},
}

func TestCanonical(t *testing.T) {
	for _, c := range slices.Concat(wellFormed, tolerated) {
		if c.inclusive == "" {
			continue
		}
		d, err := Parse([]byte(c.in))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got, err := d.Canonical(nil, Method{Comments: true}, nil, 1<<20)
		if err != nil || string(got) != c.inclusive {
			t.Errorf("%s: %v\n got %q\nwant %q", c.name, err, got, c.inclusive)
		}
	}
}

// malformed are documents that the reader refuses, with the reason.
var malformed = []struct{ name, in, detail string }{
	{"nothing", "", "no element"},
	{"only white space", " \n", "no element"},
	{"two document elements", "<a/><b/>", "second document element"},
	{"text before", "x<a/>", "outside"},
	{"text after", "<a/>x", "outside"},
	{"reference outside", "<a/>&amp;", "outside"},
	{"CDATA outside", "<a/><![CDATA[x]]>", "outside"},
	{"unclosed element", "<a><b></b>", "does not end"},
	{"tags crossed", "<a><b></a></b>", "match"},
	{"tags of one namespace under two prefixes", `<p:a xmlns:p="urn:x" xmlns:q="urn:x"></q:a>`, "match"},
	{"end tag alone", "</a>", "without a start"},
	{"end tag with attribute", `<a></a b="1">`, "does not end"},
	{"space before name", "< a/>", "name is missing"},
	{"digit first", "<1a/>", "name is missing"},
	{"two colons", `<a:b:c xmlns:a="urn:a"/>`, "two colons"},
	{"empty prefix", "<:a/>", "name is missing"},
	{"empty local name", `<a: xmlns:a="urn:a"/>`, "after its prefix"},
	{"attribute without value", "<a b/>", "no value"},
	{"attribute without quotes", "<a b=1/>", "not quoted"},
	{"attribute without space", `<a b="1"c="2"/>`, "white space"},
	{"attribute not closed", `<a b="1/>`, "does not end"},
	{"less-than in value", `<a b="<"/>`, "attribute value"},
	{"attribute twice", `<a b="1" b="1"/>`, "twice"},
	{"attribute twice by namespace", `<a xmlns:p="urn:x" xmlns:q="urn:x" p:b="1" q:b="2"/>`, "twice"},
	{"declaration twice", `<a xmlns="urn:a" xmlns="urn:a"/>`, "twice"},
	{"prefix declared twice", `<a xmlns:p="urn:a" xmlns:p="urn:b"/>`, "twice"},
	{"element prefix unknown", "<p:a/>", "not declared"},
	{"attribute prefix unknown", `<a p:b="1"/>`, "not declared"},
	{"prefix out of scope", `<a><b xmlns:p="urn:p"/><p:c/></a>`, "not declared"},
	{"prefix undeclared", `<a xmlns:p="urn:p"><b xmlns:p=""/></a>`, "nothing"},
	{"xml rebound", `<a xmlns:xml="urn:x"/>`, "xml is declared"},
	{"something bound to xml", `<a xmlns:p="http://www.w3.org/XML/1998/namespace"/>`, "xml is declared"},
	{"xmlns bound", `<a xmlns:xmlns="urn:x"/>`, "declarations"},
	{"bound to xmlns", `<a xmlns:p="http://www.w3.org/2000/xmlns/"/>`, "declarations"},
	{"element in xmlns", "<xmlns:a/>", "not declared"},
	{"entity", "<a>&nbsp;</a>", "five"},
	{"bare ampersand", "<a>a & b</a>", "does not end"},
	{"reference to NUL", "<a>&#0;</a>", "no character"},
	{"reference to a surrogate", "<a>&#xD800;</a>", "no character"},
	{"reference to a non-character", "<a>&#xFFFE;</a>", "no character"},
	{"reference beyond Unicode", "<a>&#x110000;</a>", "no character"},
	{"signed reference", "<a>&#+65;</a>", "five"},
	{"empty reference", "<a>&#;</a>", "no character"},
	{"capital X", "<a>&#X41;</a>", "no character"},
	{"control character", "<a>\x01</a>", "not allow"},
	{"NUL", "<a>\x00</a>", "not allow"},
	{"not UTF-8", "<a>\xff</a>", "not UTF-8"},
	{"overlong UTF-8", "<a>\xc0\xaf</a>", "not UTF-8"},
	{"UTF-8 of a surrogate", "<a>\xed\xa0\x80</a>", "not UTF-8"},
	{"U+FFFF", "<a>\uffff</a>", "not allow"},
	{"not UTF-8 in a value", "<a b=\"\xff\"/>", "not UTF-8"},
	{"not UTF-8 in a comment", "<a><!--\xff--></a>", "not UTF-8"},
	{"CDATA end in text", "<a>]]></a>", "]]>"},
	{"CDATA not closed", "<a><![CDATA[x</a>", "does not end"},
	{"comment with two hyphens", "<a><!-- -- --></a>", "--"},
	{"comment ending in three", "<a><!-- x---></a>", "--"},
	{"comment not closed", "<a><!-- ", "does not end"},
	{"instruction without target", "<a><? x?></a>", "target"},
	{"instruction xml", "<a><?XML x?></a>", "target"},
	{"instruction with colon", "<a><?p:q x?></a>", "malformed"},
	{"instruction not closed", "<a><?p x", "does not end"},
	{"declaration after a comment", "<!-- --><?xml version=\"1.0\"?><a/>", "target"},
	{"declaration twice", "<?xml version=\"1.0\"?>\n<?xml version=\"1.0\"?><a/>", "target"},
	{"mark after the declaration", "<?xml version=\"1.0\"?>\ufeff<a/>", "outside"},
	{"text before the declaration", "x<?xml version=\"1.0\"?><a/>", "outside"},
	{"version missing", "<?xml encoding=\"UTF-8\"?><a/>", "version"},
	{"version 1.1", "<?xml version=\"1.1\"?><a/>", "version"},
	{"reference in the declaration", "<?xml version=\"&#49;.0\"?><a/>", "reference"},
	{"standalone wrong", "<?xml version=\"1.0\" standalone=\"maybe\"?><a/>", "standalone"},
	{"declaration out of order", "<?xml version=\"1.0\" standalone=\"yes\" encoding=\"UTF-8\"?><a/>", "malformed"},
	{"unknown markup", "<a><!ELEMENT a ANY></a>", "not XML"},
	{"lower-case CDATA", "<a><![cdata[x]]></a>", "not XML"},
	{"lone less-than at the end", "<a><", "name is missing"},
}

func TestMalformed(t *testing.T) {
	for _, c := range malformed {
		_, err := Parse([]byte(c.in))
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || !strings.Contains(syntax.Detail, c.detail) {
			t.Errorf("%s: %v, want %q", c.name, err, c.detail)
		}
	}
}

func TestRefusedForWhatItIs(t *testing.T) {
	many := func(s string, n int) string { return strings.Repeat(s, n) }
	for _, c := range []struct {
		name, in string
		want     error
	}{
		{"document type", "<!DOCTYPE a><a/>", ErrDocumentType},
		{"entity bomb", `<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>`, ErrDocumentType},
		{"external entity", `<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>`, ErrDocumentType},
		{"document type after a comment", "<!-- --><!DOCTYPE a><a/>", ErrDocumentType},
		{"UTF-16 without mark and declaration", "\x00<\x00a\x00/\x00>", ErrEncoding},
		{"another encoding declared", `<?xml version="1.0" encoding="windows-1250"?><a/>`, ErrEncoding},
		{"one of two bytes", `<?xml version="1.0" encoding="Shift_JIS"?><a/>`, ErrEncoding},
		{"a byte that windows-1251 leaves open", "<?xml version='1.0' encoding='windows-1251'?><a>\x98</a>", ErrEncoding},
		{"the same in a comment at the end", "<?xml version='1.0' encoding='KZ-1048'?><a/><!--\x98-->", ErrEncoding},
		{"a mark of UTF-8 and windows-1251", "\ufeff<?xml version='1.0' encoding='windows-1251'?><a/>", ErrEncoding},
		{"UTF-8 with a byte too many declared", `<?xml version="1.0" encoding="UTF-88"?><a/>`, ErrEncoding},
		{"UTF-16 declared", `<?xml version="1.0" encoding="UTF-16"?><a/>`, ErrEncoding},
		{"more than ASCII under its name", `<?xml version="1.0" encoding="US-ASCII"?><a>ғ</a>`, ErrEncoding},
		{"UTF-7 declared", `<?xml version="1.0" encoding="UTF-7"?><a/>`, ErrEncoding},
		{"too deep", many("<a>", MaxDepth+1) + many("</a>", MaxDepth+1), ErrLimit},
		{"too many nodes", "<a>" + many("<a/>", MaxNodes) + "</a>", ErrLimit},
		{"too many attributes", "<a" + many(` a="1"`, MaxPerElement+1) + "/>", ErrLimit},
		{"too large", "<a>" + many(" ", MaxSize) + "</a>", ErrLimit},
	} {
		if _, err := Parse([]byte(c.in)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if _, err := Parse([]byte(many("<a>", MaxDepth) + many("</a>", MaxDepth))); err != nil {
		t.Errorf("at the limit: %v", err)
	}
}

func TestTextAcrossComments(t *testing.T) {
	d, err := Parse([]byte("<a>admin<!-- x -->.evil<?p?>.<b>no</b>kz</a>"))
	if err != nil {
		t.Fatal(err)
	}
	if got := d.Root().Text(); got != "admin.evil.kz" {
		t.Errorf("text is %q", got)
	}
}
