//go:build interop

package interop

import (
	"bytes"
	"crypto/x509"
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/gost"
	"tamga/certs/revocation"
	"tamga/certs/revocation/ocsp"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// javaRows are honest signatures as Java programs make them, NCANode among them:
// without a signing-certificate attribute, and in BER. Bouncy Castle makes them all;
// its digests and its signer are given to its generators for the national ones.
func javaRows(a *authority) []row {
	usual := row{name: "cms/" + a.slug + "/java", kind: kindCMS, world: a.world}
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
	Shape        string   `json:"shape,omitempty"` // of XML
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
	o.Certificates = append(a.save("signer", a.keys[good].Certificate.Raw), a.save("issuer", a.ca.Issuing().Raw)...)
	o.Content = a.save("content", statement)[0]
	o.Out = filepath.Join(a.t.TempDir(), name)
	a.order(good, &o)
	return must(os.ReadFile(o.Out))
}

// order has Java programs make what is ordered, with the key of a person.
func (a *authority) order(who string, orders ...*javaOrder) {
	a.t.Helper()
	key := a.save("key", privateKey(a.keys[who]))[0]
	var in bytes.Buffer
	for _, o := range orders {
		o.Key = key
		o.CRLs, o.Responses = append([]string{}, o.CRLs...), append([]string{}, o.Responses...)
		in.Write(append(must(json.Marshal(o)), '\n'))
	}
	cmd := java("make")()
	cmd.Stdin = &in
	if out, err := cmd.CombinedOutput(); err != nil {
		a.t.Fatalf("%v %s", err, out)
	}
}

// privateKey is a key as PKCS #8.
func privateKey(k creation.Key) []byte {
	if national, ok := k.Signer.(*gost.PrivateKey); ok {
		return must(gost.MarshalPKCS8PrivateKey(national))
	}
	return must(x509.MarshalPKCS8PrivateKey(k.Signer))
}
