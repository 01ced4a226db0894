//go:build interop

package interop

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// judge is an outside program that gives verdicts.
type judge struct {
	name  string
	kinds []kind
	// sees are the matters that it looks into; honest files it must always
	// pass.
	sees []matter
	// missing says what is not installed; "" when it can be asked.
	missing func() string
	version func() string
	// ask answers the questions, by their index.
	ask func(qs []question) ([]answer, error)
}

var everything = []matter{integrity, structure, trust, period, purpose, standing, attack}

// judges are the columns of the table.
func judges() []judge {
	dss, pyhanko, vera := batch{java("dss")}, batch{python}, batch{java("verapdf")}
	return []judge{
		{name: "openssl", kinds: []kind{kindCMS, kindTimestamp, kindCertificate}, sees: everything, missing: notInPath("openssl", "faketime"), version: firstLine("openssl", "version"), ask: each(openssl)},
		{name: "pdfsig", kinds: []kind{kindPDF}, sees: []matter{integrity, trust, period}, missing: notInPath("pdfsig", "certutil", "faketime"), version: firstLine("pdfsig", "-v"), ask: each(pdfsig)},
		{name: "mutool", kinds: []kind{kindPDF}, sees: []matter{integrity}, missing: notInPath("mutool", "faketime"), version: firstLine("mutool", "-v"), ask: each(mutool)},
		{name: "qpdf", kinds: []kind{kindPDF}, missing: notInPath("qpdf", "faketime"), version: firstLine("qpdf", "--version"), ask: each(qpdf)},
		{name: "xmlsec1", kinds: []kind{kindXML}, sees: []matter{integrity, trust, period}, missing: notInPath("xmlsec1", "faketime"), version: firstLine("xmlsec1", "--version"), ask: each(xmlsec)},
		{name: "pyhanko", kinds: []kind{kindCMS, kindPDF, kindTimestamp, kindCertificate}, sees: everything, missing: notInFolder("venv/bin/python"), version: pyhankoVersion, ask: pyhanko.ask},
		{name: "dss", kinds: []kind{kindCMS, kindPDF, kindXML, kindTimestamp, kindCertificate}, sees: everything, missing: notInFolder("java/classes"), version: jarVersion("dss-validation-*.jar"), ask: dss.ask},
		{name: "bouncycastle", kinds: []kind{kindCMS, kindPDF, kindXML, kindTimestamp, kindCertificate}, sees: []matter{integrity, structure, trust, period, purpose, standing}, missing: notInFolder("java/classes/tamga/interop/GostXml.class"), version: jarVersion("bcprov-*.jar"), ask: batch{java("gost")}.ask},
		{name: "verapdf", kinds: []kind{kindPDF}, missing: notInFolder("java/classes"), version: jarVersion("validation-model-*.jar"), ask: vera.askProfiles},
	}
}

// wants reports whether a judge is asked about a row at all.
func (j *judge) wants(r *row) bool {
	switch {
	case !slices.Contains(j.kinds, r.kind):
		return false
	case j.name == "verapdf":
		return len(r.profiles) > 0
	case j.name == "bouncycastle":
		return strings.Contains(r.name, "/gost") // the others know RSA and ECDSA well
	}
	return true
}

// held reports whether the judge's verdict on a row must agree with ours.
func (j *judge) held(r *row) bool {
	return r.wrong == honest || slices.Contains(j.sees, r.wrong)
}

// folder is where .ci/interop/install puts what no system package brings.
func folder() string {
	if dir := os.Getenv("TAMGA_INTEROP"); dir != "" {
		return dir
	}
	return filepath.Join(root, "var", "interop")
}

// root is the repository's, seen from this package.
const root = "../.."

func notInPath(commands ...string) func() string {
	return func() string {
		var missing []string
		for _, c := range commands {
			if _, err := exec.LookPath(c); err != nil {
				missing = append(missing, c)
			}
		}
		return strings.Join(missing, ", ")
	}
}

func notInFolder(name string) func() string {
	return func() string {
		if _, err := os.Stat(filepath.Join(folder(), name)); err != nil {
			return "not installed"
		}
		return ""
	}
}

func firstLine(command string, args ...string) func() string {
	return func() string {
		out, _ := exec.Command(command, args...).CombinedOutput()
		line, _, _ := strings.Cut(string(out), "\n")
		return line
	}
}

func pyhankoVersion() string {
	return firstLine(filepath.Join(folder(), "venv/bin/python"), "-c", "import pyhanko.version as v; print(v.__version__)")()
}

func jarVersion(pattern string) func() string {
	return func() string {
		found, _ := filepath.Glob(filepath.Join(folder(), "java/lib", pattern))
		if len(found) == 0 {
			return "?"
		}
		return strings.TrimSuffix(filepath.Base(found[0]), ".jar")
	}
}

// each asks a program that is started for every file.
func each(one func(question) answer) func([]question) ([]answer, error) {
	return func(qs []question) ([]answer, error) {
		out := make([]answer, len(qs))
		for i, q := range qs {
			out[i] = one(q)
		}
		return out, nil
	}
}

// batch is a program that is started once and answers lines of JSON.
type batch struct{ command func() *exec.Cmd }

func java(judge string) func() *exec.Cmd {
	return func() *exec.Cmd {
		dir := filepath.Join(folder(), "java")
		return exec.Command("java", "-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", dir+"/classes:"+dir+"/lib/*", "tamga.interop.Main", judge)
	}
}

func python() *exec.Cmd {
	return exec.Command(filepath.Join(folder(), "venv/bin/python"), filepath.Join(root, ".ci/interop/pyhanko_judge.py"))
}

type line struct {
	ID            string   `json:"id"`
	Kind          kind     `json:"kind"`
	File          string   `json:"file"`
	Content       string   `json:"content"`
	Signer        string   `json:"signer"`
	Profile       string   `json:"profile"`
	Anchors       []string `json:"anchors"`
	Intermediates []string `json:"intermediates"`
	CRLs          []string `json:"crls"`
	OCSPs         []string `json:"ocsps"`
	At            string   `json:"at"`
}

func lineOf(id string, q question) line {
	w := q.world
	return line{
		ID: id, Kind: q.kind, File: q.file, Content: q.content, Signer: q.signer, At: w.at.Format(time.RFC3339),
		Anchors: w.files.anchors, Intermediates: w.files.intermediates, CRLs: w.files.crls, OCSPs: w.files.ocsps,
	}
}

func (b batch) ask(qs []question) ([]answer, error) {
	lines := make([]line, len(qs))
	for i, q := range qs {
		lines[i] = lineOf(q.name, q)
	}
	return b.run(lines)
}

// askProfiles asks once for every profile of a row. The verdict is valid when
// all of them hold.
func (b batch) askProfiles(qs []question) ([]answer, error) {
	var lines []line
	for _, q := range qs {
		for _, p := range q.profiles {
			l := lineOf(q.name+" "+p, q)
			l.Profile = p
			lines = append(lines, l)
		}
	}
	all, err := b.run(lines)
	if err != nil {
		return nil, err
	}
	out := make([]answer, len(qs))
	for i, q := range qs {
		out[i].verdict = valid
		for _, p := range q.profiles {
			a := all[0]
			all = all[1:]
			if a.verdict != valid {
				out[i].verdict = refused
			}
			out[i].detail += p + ": " + string(a.verdict) + " " + a.detail + "; "
		}
	}
	return out, nil
}

func (b batch) run(lines []line) ([]answer, error) {
	var in, stderr bytes.Buffer
	for _, l := range lines {
		text, err := json.Marshal(l)
		if err != nil {
			return nil, err
		}
		in.Write(append(text, '\n'))
	}
	cmd := b.command()
	cmd.Stdin, cmd.Stderr = &in, &stderr
	stdout, err := cmd.Output()
	answers := make([]answer, 0, len(lines))
	for s := bufio.NewScanner(bytes.NewReader(stdout)); s.Scan(); {
		var a struct {
			ID, Detail string
			Verdict    verdict
		}
		if err := json.Unmarshal(s.Bytes(), &a); err != nil {
			return nil, fmt.Errorf("%s said %q", cmd.Path, s.Text())
		}
		if len(answers) == len(lines) || a.ID != lines[len(answers)].ID {
			return nil, fmt.Errorf("%s answered about %s out of turn", cmd.Path, a.ID)
		}
		answers = append(answers, answer{a.Verdict, a.Detail})
	}
	if err != nil || len(answers) != len(lines) {
		return nil, fmt.Errorf("%s: %d answers of %d: %v\n%s", cmd.Path, len(answers), len(lines), err, last(stderr.String(), 2000))
	}
	return answers, nil
}

func last(s string, n int) string { return s[max(0, len(s)-n):] }
