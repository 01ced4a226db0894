//go:build interop

package interop

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"tamga/certs/ca"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// dssOrder is what tamga.interop.Extend is asked for, in files.
type dssOrder struct {
	About        line     `json:"about"`
	Level        string   `json:"level"`
	Key          string   `json:"key"`
	Certificates []string `json:"certificates"`
	Policy       string   `json:"policy"`
	Out          string   `json:"out"`
}

// dssRows are signatures of ours that EU DSS made last, and that were signed again
// after it: what follows in the file was written by both.
func dssRows(a *authority) []row {
	if a.family != ca.RSA && a.family != ca.ECDSA {
		return nil // which DSS does not know
	}
	if notInFolder("java/classes/tamga/interop/Extend.class")() != "" || notInPath("faketime")() != "" {
		return nil
	}
	earlier := signtest.Now().Add(-time.Minute)
	form := creation.PDF{File: plainPDF(), Reason: "Келісемін", Certify: 2}
	one := must(signtest.Sign(form, a.keys[good], earlier))
	twice := must(signtest.Sign(creation.PDF{File: one}, a.keys[second], earlier))
	message := must(signtest.Sign(creation.CMS{Content: statement, Claim: true}, a.keys[good], earlier))
	files := map[string]row{
		"pdf-by-dss": {kind: kindPDF, file: one}, "pdf-by-dss-two-signatures": {kind: kindPDF, file: twice}, "cms-by-dss": {kind: kindCMS, file: message},
	}
	var rows []row
	for name, r := range files {
		for i, file := range a.dssExtended(r, "T", "LT", "LTA") {
			base := row{name: name + "/" + a.slug + "/" + []string{"b-t", "b-lt", "b-lta"}[i], kind: r.kind, file: file, world: a.world}
			rows = append(rows, base.as("honest", honest))
			if r.kind == kindCMS {
				continue
			}
			again := base.with(must(signtest.Sign(creation.PDF{File: file}, a.keys[second], signtest.Now())))
			rows = append(rows,
				again.as("signed-again", honest),
				base.with(append(bytes.Clone(file), pageReplaced(file)...)).as("page-replaced", integrity))
		}
	}
	return rows
}

// dssExtended has EU DSS extend a file to some levels.
func (a *authority) dssExtended(r row, levels ...string) [][]byte {
	a.t.Helper()
	dir := a.t.TempDir()
	known := a.elsewhere("known-to-dss")
	known.write(a.t, dir)
	stamps := a.stamps(0, nil)
	order := dssOrder{
		Key:          a.save("key", privateKey(creation.Key{Signer: stamps.Signer}))[0],
		Certificates: append(a.save("stamps", stamps.Certificate.Raw), a.save("issuer", a.ca.Issuing().Raw)...),
		Policy:       stamps.Policies[0].String(),
		About:        lineOf("", question{row: &row{kind: r.kind, world: known}, file: a.save("file", r.file)[0]}),
	}
	var in bytes.Buffer
	var names []string
	for _, level := range levels {
		order.Level, order.Out = level, filepath.Join(dir, level)
		names = append(names, order.Out)
		in.Write(append(must(json.Marshal(order)), '\n'))
	}
	program := java("extend")()
	cmd := exec.Command("faketime", append([]string{"-f", "@" + signtest.Now().UTC().Format("2006-01-02 15:04:05")}, program.Args...)...)
	cmd.Env = append(os.Environ(), "TZ=UTC", "FAKETIME_DONT_FAKE_MONOTONIC=1")
	cmd.Stdin = &in
	if said, err := cmd.CombinedOutput(); err != nil {
		a.t.Fatalf("DSS: %v %s", err, last(string(said), 2000))
	}
	files := make([][]byte, len(names))
	for i, name := range names {
		files[i] = must(os.ReadFile(name))
	}
	return files
}
