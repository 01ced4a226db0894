//go:build interop

package interop

import (
	"os"
	"path/filepath"
	"strings"

	"tamga/signing/xmldsig"
)

// demanding is a document in which canonical forms differ in everything in which
// they may.
const demanding = `<?xml version="1.0" encoding="UTF-8"?>
<?before it?><x:request xmlns:x="urn:tamga:interop" xmlns="urn:tamga:default" xmlns:unused="urn:tamga:unused" xml:lang="kk" xml:base="http://example.kz/a/">
  <!-- what is left out -->
  <text z="1" x:b="2" a="&lt;&quot;&#9;&#10;&gt;">Өтініш &amp; құжаттар &gt; 2&#13;</text><![CDATA[<raw> & "more"]]>
  <inner xmlns="" xml:space="preserve"><x:deep xmlns:y="urn:y" y:one="'" xmlns:x="urn:tamga:interop"/><empty></empty></inner>
  <?inside it?>
</x:request>
<!-- behind -->`

// plainer is the same without an attribute: xml:space on an inner element, with
// which Santuario repeats those above it after an XPath, against Canonical XML.
var plainer = strings.Replace(demanding, ` xml:space="preserve"`, "", 1)

// santuarioRows are XML signatures as Apache Santuario makes them, which national
// libraries and the government gateway are built on, in several shapes.
func santuarioRows(a *authority) []row {
	if notInFolder("java/classes/tamga/interop/MakeXml.class")() != "" {
		return nil
	}
	dir := a.t.TempDir()
	document, message := a.save("document", []byte(demanding))[0], a.save("message", []byte(envelope))[0]
	simple := a.save("plainer", []byte(plainer))[0]
	shapes := []string{"usual", "exclusive", "exclusive-prefixes", "c14n11", "xpath", "by-id", "enveloping", "soap"}
	orders := make([]*javaOrder, len(shapes))
	for i, shape := range shapes {
		orders[i] = &javaOrder{Shape: shape, Content: document, Out: filepath.Join(dir, shape), Certificates: a.save("signer", a.keys[good].Certificate.Raw)}
		switch shape {
		case "soap":
			orders[i].Content = message
		case "xpath":
			orders[i].Content = simple
		}
	}
	a.order(good, orders...)
	var rows []row
	for i, shape := range shapes {
		file := must(os.ReadFile(orders[i].Out))
		usual := row{name: "xml/" + a.slug + "/by-santuario/" + shape, kind: kindXML, file: file, signer: a.keys[good].Certificate.Raw, world: a.world}
		rows = append(rows, usual.as("honest", honest),
			usual.with(changed(file, "Өтініш", "Өтінім")).as("content-changed", integrity),
			usual.with(valueChanged(file, "DigestValue")).as("digest-bit", integrity))
	}
	return append(rows, stackedRows(a, must(os.ReadFile(orders[0].Out)))...)
}

// stackedRows are documents that several have signed, one after the other.
func stackedRows(a *authority, first []byte) []row {
	usual := row{name: "xml/" + a.slug + "/stacked", kind: kindXML, world: a.world}
	sign := func(file []byte, who string) []byte {
		return must(xmldsig.SignEnveloped(a.t.Context(), file, xmlKey(a.keys[who]), xmldsig.Options{Cosign: true}))
	}
	two := sign(sign([]byte(request), good), second)
	return []row{
		usual.with(two).as("two", honest),
		usual.with(sign(first, second)).as("on-santuarios", honest),
		usual.with(changed(two, "Өтініш", "Өтінім")).as("content-changed", integrity),
	}
}
