//go:build interop

package interop

import (
	"bytes"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/der"
	"tamga/certs/revocation"
	"tamga/certs/revocation/ocsp"
	"tamga/signing/cms"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// javaRows are honest signatures as Java programs make them, NCANode among them:
// without a signing-certificate attribute, and in BER. Those of RSA and ECDSA are
// made by Bouncy Castle; it knows no national identifiers, so that those of GOST
// are written like them.
func javaRows(a *authority) []row {
	usual := row{name: "cms/" + a.slug + "/java", kind: kindCMS, world: a.world}
	if a.family == ca.GOST2004 || a.family == ca.GOST2015 {
		attached, detached := javaStyle(a.keys[good], true), javaStyle(a.keys[good], false)
		away := usual.with(detached)
		away.content = statement
		return []row{
			usual.with(attached).as("generated", honest), away.as("detached", honest),
			usual.with(streamed(attached)).as("streamed", honest),
			usual.with(flipped(attached, at(attached, statement))).as("content-bit", integrity),
		}
	}
	if notInFolder("java/classes/tamga/interop/Make.class")() != "" {
		return nil
	}
	responder := must(a.ca.IssueService(ca.Service{Purpose: ca.StatusAnswers}))
	r := ocsp.Responder{
		Issuer: a.ca.Issuing(), Certificate: responder.Certificate, Key: responder.Key, Now: signtest.Now, Life: time.Hour,
		Status: func(*big.Int) revocation.Answer { return revocation.Answer{Status: revocation.Good} },
	}
	response := r.Respond(ocsp.NewRequest(a.keys[good].Certificate, r.Issuer, certs.SHA1, nil).DER)
	var rows []row
	for name, o := range map[string]javaOrder{
		"generated": {}, "detached": {Detached: true}, "streamed": {Streamed: true}, "streamed-detached": {Streamed: true, Detached: true},
		"with-a-list": {CRLs: a.save("list", a.crls[0])}, "with-a-response": {Streamed: true, Responses: a.save("response", response)},
	} {
		made := usual.with(a.javaMade(name, o))
		if o.Detached {
			made.content = statement
		}
		rows = append(rows, made.as(name, honest))
		if name == "streamed" {
			rows = append(rows, made.with(flipped(made.file, at(made.file, statement[:16]))).as("content-bit", integrity))
		}
	}
	return rows
}

// at is where some bytes stand in a file.
func at(file, what []byte) span {
	i := bytes.Index(file, what)
	return span{i, i + len(what)}
}

// javaOrder is what tamga.interop.Make is asked for, in files.
type javaOrder struct {
	Key          string   `json:"key"`
	Certificates []string `json:"certificates"`
	CRLs         []string `json:"crls"`
	Responses    []string `json:"responses"`
	Content      string   `json:"content"`
	Detached     bool     `json:"detached"`
	Streamed     bool     `json:"streamed"`
	Out          string   `json:"out"`
}

// save puts something into a file of its own.
func (a *authority) save(name string, b []byte) []string {
	a.t.Helper()
	path := filepath.Join(a.t.TempDir(), name)
	save(a.t, path, b)
	return []string{path}
}

// javaMade has Bouncy Castle sign the statement with the good key.
func (a *authority) javaMade(name string, o javaOrder) []byte {
	a.t.Helper()
	key := a.keys[good]
	o.Key = a.save("key", must(x509.MarshalPKCS8PrivateKey(key.Signer)))[0]
	o.Content = a.save("content", statement)[0]
	o.Certificates = append(a.save("signer", key.Certificate.Raw), a.save("issuer", a.ca.Issuing().Raw)...)
	o.Out = filepath.Join(a.t.TempDir(), name)
	o.CRLs, o.Responses = append([]string{}, o.CRLs...), append([]string{}, o.Responses...)
	cmd := java("make")()
	cmd.Stdin = bytes.NewReader(must(json.Marshal(o)))
	if out, err := cmd.CombinedOutput(); err != nil {
		a.t.Fatalf("%s: %v %s", name, err, out)
	}
	return must(os.ReadFile(o.Out))
}

// javaStyle is a signature with the attributes that Bouncy Castle adds by itself.
func javaStyle(key creation.Key, attached bool) []byte {
	alg, id, err := certs.SigningAlgorithm(key.Certificate.PublicKey)
	if err != nil {
		panic(err)
	}
	digest := der.Sequence(der.OID(alg.Digest.OID))
	attributes := [][]byte{
		cms.Attribute{ID: cms.OIDContentType, Values: [][]byte{der.OID(cms.OIDData)}}.DER(),
		cms.Attribute{ID: cms.OIDSigningTime, Values: [][]byte{der.Time(signtest.Now())}}.DER(),
		cms.Attribute{ID: cms.OIDMessageDigest, Values: [][]byte{der.Octets(alg.Digest.Sum(statement))}}.DER(),
	}
	set := der.Set(attributes...)
	value := must(key.Signer.Sign(rand.Reader, alg.Digest.Sum(set), alg.Digest.SignerOpts()))
	signed := must(der.One(set))
	c := key.Certificate
	signer := der.Sequence(
		[]byte{2, 1, 1}, der.Sequence(c.Issuer.Raw, der.Int(c.Serial)), digest,
		der.Encode(der.ContextConstructed(0), signed.Body), id.DER(), der.Octets(value),
	)
	var content []byte
	if attached {
		content = der.Encode(der.ContextConstructed(0), der.Octets(statement))
	}
	return der.Sequence(der.OID(cms.OIDSignedData), der.Encode(der.ContextConstructed(0), der.Sequence(
		[]byte{2, 1, 1}, der.Set(digest), der.Sequence(der.OID(cms.OIDData), content),
		der.Encode(der.ContextConstructed(0), c.Raw), der.Set(signer),
	)))
}

// streamed is the same with lengths left open, as a generator writes that does not
// know them yet.
func streamed(file []byte) []byte {
	open := func(tag byte, body []byte) []byte { return append(append([]byte{tag, 0x80}, body...), 0, 0) }
	outer := must(der.One(file))
	r := der.NewReader(outer.Body)
	kind, explicit := must(r.Next()), must(r.Next())
	sd := must(der.One(explicit.Body))
	return open(0x30, append(bytes.Clone(kind.Raw), open(0xa0, open(0x30, sd.Body))...))
}
