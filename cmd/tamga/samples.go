package main

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"tamga/documents/registry"
	"tamga/signing"
	"tamga/signing/creation"
)

// sampleFiles are the application that the demonstration's applicants sign and
// the contents of its documents.
//
//go:embed samples
var sampleFiles embed.FS

func sample(name string) ([]byte, error) { return sampleFiles.ReadFile("samples/" + name) }

// writeSamples makes the sample files that are not there. Those that are stay:
// people may have changed them.
func (d *demo) writeSamples(c *console) error {
	application, err := sample("application.txt")
	if err != nil {
		return err
	}
	for _, s := range []struct{ file, name string }{
		{"application.txt", "application.txt"}, {"licence.json", "licence.json"}, {"signer.json", "signer.json"},
		// The demonstration itself refuses the application of refusal.json, which gets
		// no second answer.
		{"refusal.json", "refusal-to-issue.json"},
	} {
		b, err := sample(s.name)
		if err != nil {
			return err
		}
		if err := d.keep(c, s.file, func() ([]byte, error) { return b, nil }); err != nil {
			return err
		}
	}
	for _, s := range []struct {
		file, key string
		detached  bool
	}{
		{"application-rsa.cms", "applicant-rsa", false},
		{"application-gost.cms", "applicant-gost", false},
		{"application-gost.p7s", "applicant-gost", true},
	} {
		err := d.keep(c, s.file, func() ([]byte, error) {
			made, err := creation.Make(c.ctx, creation.Services{Verifier: &signing.Verifier{Now: c.now}}, creation.Order{
				Form: creation.CMS{Content: application, Detached: s.detached, Claim: true}, Key: d.signers[s.key], Time: c.second(),
			})
			return made.File, err
		})
		if err != nil {
			return fmt.Errorf("sample %s: %w", s.file, err)
		}
	}
	return d.keep(c, "verify.json", func() ([]byte, error) { return d.verifyRequest(c) })
}

// keep writes a sample file unless it is there.
func (d *demo) keep(c *console, name string, content func() ([]byte, error)) error {
	path := d.path("samples", name)
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	b, err := content()
	if err != nil {
		return err
	}
	return output{path: path, mode: 0o600}.write(c, b)
}

// verifyRequest is the body of a request to verify the GOST application of the
// expected person.
func (d *demo) verifyRequest(c *console) ([]byte, error) {
	cms, err := c.read(d.path("samples", "application-gost.cms"), maxInput)
	if err != nil {
		return nil, err
	}
	identity := d.signers["applicant-gost"].Certificate.Identity()
	return json.MarshalIndent(map[string]string{
		"cms": base64.StdEncoding.EncodeToString(cms), "iin": identity.IIN, "bin": identity.BIN,
	}, "", "  ")
}

// issueSample issues one of the sample documents, or finds the one that an
// earlier start issued of the same content.
func (d *demo) issueSample(c *console, reg *registry.Registry, name string) error {
	content, err := sample(name + ".json")
	if err != nil {
		return err
	}
	draft, err := parseDraft(content)
	if err != nil {
		return fmt.Errorf("sample %s: %w", name, err)
	}
	// A later version of the program may bring other samples: the content's
	// digest keeps their requests apart.
	key := fmt.Sprintf("sample-%s-%x", name, sha256.Sum256(content))
	rec, _, err := reg.Issue(c.ctx, registry.IssueRequest{Client: "demo", IdempotencyKey: key, Draft: draft})
	if err != nil {
		return fmt.Errorf("sample %s: %w", name, err)
	}
	d.numbers = append(d.numbers, rec.Number)
	return nil
}
