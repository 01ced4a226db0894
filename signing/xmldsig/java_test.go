package xmldsig_test

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"tamga/certs/ca"
	"tamga/judgetest"
	"tamga/signing/xmldsig"
)

// The JDK's implementation is of the family that national libraries and the
// government gateway are built on.
func TestJavaAcceptsOurs(t *testing.T) {
	judgetest.Need(t, "javac")
	for _, f := range []ca.Family{ca.RSA, ca.ECDSA} {
		key := person(t, f)
		j := judge{t: t, dir: t.TempDir()}
		args := []string{"testdata/Judge.java", j.file("cert.pem", string(ca.MarshalCertificatePEM(key.Certificate)))}
		var names, want []string
		add := func(name string, file []byte, err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			for i, text := range []string{string(file), strings.Replace(string(file), "<ds:SignedInfo>", "<ds:SignedInfo> ", 1)} {
				args = append(args, j.file(fmt.Sprintf("%d.xml", len(args)), text))
				names = append(names, name)
				want = append(want, []string{"right", "wrong"}[i])
			}
		}
		j.file("content.bin", "some content")
		for _, properties := range []bool{false, true} {
			opt := xmldsig.Options{Properties: properties, At: now(), URI: "content.bin"}
			for name, document := range documents {
				file, err := xmldsig.SignEnveloped(t.Context(), []byte(document), key, opt)
				add(name, file, err)
			}
			file, err := xmldsig.SignDetached(t.Context(), []byte("some content"), key, opt)
			add("detached", file, err)
		}
		for _, opt := range []xmldsig.SOAPOptions{{}, {KeyIdentifier: true}, {Validity: time.Minute, At: now()}, {Bind: true}, {Bind: true, KeyIdentifier: true}} {
			file, err := xmldsig.SignSOAP(t.Context(), []byte(message), key, opt)
			add(fmt.Sprintf("SOAP %+v", opt), file, err)
		}
		out, err := exec.Command("java", args...).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		answers := strings.Split(strings.TrimSpace(string(out)), "\n")
		if len(answers) != len(want) {
			t.Fatalf("%d answers about %d files: %s", len(answers), len(want), out)
		}
		for i, answer := range answers {
			if answer != want[i] {
				t.Errorf("%v, %s: Java says %s, want %s", f, names[i], answer, want[i])
			}
		}
	}
}
