package main

import (
	"fmt"

	"tamga/certs"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/spool"
	"tamga/signing/tsa"
	"tamga/signing/tsp"
)

// lastingFlags say who makes signatures last; several commands share them.
type lastingFlags struct {
	TSA []string `sep:"none" name:"tsa" placeholder:"URL" help:"Address of a timestamp authority (RFC 3161); may be given several times: the next is asked when one does not answer. Levels above B-B need one whose certificate leads to --trust."`
}

// client asks the authorities, and believes only what the verifier trusts.
func (f lastingFlags) client(c *console, v *signing.Verifier) *tsa.Client {
	client := &tsa.Client{Trust: v.TrustToken, Now: c.now, UserAgent: "tamga"}
	for _, address := range f.TSA {
		client.Authorities = append(client.Authorities, tsa.Endpoint{URL: address})
	}
	return client
}

// gatherer collects evidence about the paths that the verifier takes: from the
// lists, and from the responders that it asks, if it asks any.
func gatherer(e *evidence, v *signing.Verifier) *creation.Gatherer {
	g := &creation.Gatherer{Trust: &e.pool, Path: v.Path, Lists: &e.lists, Retired: &e.retired}
	if e.responders != nil {
		g.Respond = creation.FromResponders(e.responders)
	}
	return g
}

// services are what making signatures needs.
func (f lastingFlags) services(c *console, t trustFlags, j judgeFlags) (creation.Services, error) {
	found, err := t.load(c)
	if err != nil {
		return creation.Services{}, err
	}
	verifier, err := j.verifier(c, found)
	if err != nil {
		return creation.Services{}, usagef("%w", err)
	}
	return servicesOf(found, verifier, f.client(c, verifier)), nil
}

// servicesOf are the services of a verifier, its evidence and a client.
func servicesOf(found *evidence, v *signing.Verifier, client *tsa.Client) creation.Services {
	s := creation.Services{Verifier: v, Gather: gatherer(found, v).Gather}
	if len(client.Authorities) > 0 {
		s.Stamp = client.Stamp
	}
	return s
}

// extendCommand brings a signature to a level.
type extendCommand struct {
	Files   []string `arg:"" name:"file" help:"The signature: CMS or PDF. Several are extended one by one."`
	Level   string   `default:"B-LTA" placeholder:"LEVEL" help:"B-T adds a timestamp, B-LT also the evidence about certificates, B-LTA (default) also a timestamp over all that."`
	Content string   `placeholder:"FILE" help:"The signed document, for a detached CMS signature."`
	Out     string   `placeholder:"FILE" help:"Where to write; - writes standard output. Default: the file itself, replaced."`
	Force   bool     `help:"Replace the output file if it exists."`
	lastingFlags
	judgeFlags
	trustFlags

	File string `kong:"-"` // the one at work
}

// Help is shown below the flags' list.
func (extendCommand) Help() string {
	return `Nothing of the signature changes: what makes it last is added. Extended again before the last timestamp's certificate ends, it lasts on.

Examples:
  tamga extend application.pdf.cms --tsa http://tsp.pki.gov.kz
  tamga extend signed.pdf --level B-T --tsa http://127.0.0.1:8080/tsa --trust var/trust`
}

// Run extends, and replaces the file only by what verifies.
func (cmd extendCommand) Run(c *console) error {
	level, err := creation.ParseBaseline(cmd.Level)
	if err != nil || level == creation.BaselineB {
		return usagef("--level is none of B-T, B-LT, B-LTA")
	}
	if len(cmd.Files) > 1 && (cmd.Out != "" || cmd.Content != "") {
		return usagef("several files are replaced, and carry their contents: neither --out nor --content")
	}
	var content []byte
	if cmd.Content != "" {
		document, err := c.open(cmd.Content, signing.MaxDocument)
		if err != nil {
			return err
		}
		defer document.Close()
		if content = document.Bytes(); content == nil {
			content = []byte{} // an empty content is a content
		}
	}
	with, err := cmd.services(c, cmd.trustFlags, cmd.judgeFlags)
	if err != nil {
		return err
	}
	return c.each(cmd.Files, func(file string) error {
		cmd.File = file
		return cmd.one(c, with, level, content)
	})
}

// one extends one file.
func (cmd extendCommand) one(c *console, with creation.Services, level creation.Baseline, content []byte) error {
	out := output{path: cmd.Out, mode: 0o644, force: cmd.Force}
	if out.path == "" {
		out.path, out.force = cmd.File, true
	}
	if err := out.check(); err != nil {
		return err
	}
	file, err := c.read(cmd.File, maxInput)
	if err != nil {
		return err
	}
	var made creation.Made
	err = spool.Guard(func() error {
		made, err = creation.Make(c.ctx, with, creation.Order{
			Form: creation.Existing{File: file, Content: content}, Level: level, Time: c.second(),
		})
		return err
	})
	if err != nil {
		return err
	}
	if err := out.write(c, made.File); err != nil {
		return err
	}
	if out.path != "-" {
		how := "to " + made.Level.String()
		if made.Level == 0 {
			how = "(" + made.Called + ")"
		}
		fmt.Fprintf(c.out, "Extended %s: %s\n", how, clean(out.path))
	}
	return nil
}

// timestampCommand asks for a timestamp over a file.
type timestampCommand struct {
	File   string `arg:"" help:"The file to stamp; only its digest leaves this machine."`
	Digest string `default:"SHA-256" placeholder:"NAME" help:"SHA-256 (default), SHA-384, SHA-512, \"GOST 34.11-2015-512\" or another that the authority takes."`
	Out    string `placeholder:"FILE" help:"Where to write the token. Default: the file's name with .tst added."`
	Force  bool   `help:"Replace the output file if it exists."`
	lastingFlags
	judgeFlags
	trustFlags
}

// Help is shown below the flags' list.
func (timestampCommand) Help() string {
	return `The token (RFC 3161) proves that the file existed at its time. It is written only if it leads to a trusted authority.

Example:
  tamga timestamp draft.pdf --tsa http://127.0.0.1:8080/tsa --trust var/trust`
}

// Run asks the authorities for a token.
func (cmd timestampCommand) Run(c *console) error {
	if len(cmd.TSA) == 0 {
		return usagef("--tsa says whom to ask")
	}
	out := output{path: cmd.Out, mode: 0o644, force: cmd.Force}
	if out.path == "" {
		out.path = cmd.File + ".tst"
	}
	if err := out.check(); err != nil {
		return err
	}
	digest, ok := certs.DigestByName(cmd.Digest)
	if !ok {
		return usagef("--digest: there is no digest %q", cmd.Digest)
	}
	file, err := c.open(cmd.File, signing.MaxDocument)
	if err != nil {
		return err
	}
	defer file.Close()
	found, err := cmd.load(c)
	if err != nil {
		return err
	}
	verifier, err := cmd.verifier(c, found)
	if err != nil {
		return usagef("%w", err)
	}
	var token []byte
	err = spool.Guard(func() error {
		token, err = cmd.client(c, verifier).Stamper(c.ctx)(tsp.NewImprint(digest, file.Bytes()))
		return err
	})
	if err != nil {
		return err
	}
	if err := out.write(c, token); err != nil {
		return err
	}
	if out.path != "-" {
		fmt.Fprintf(c.out, "Stamped: %s\n", clean(out.path))
	}
	return nil
}
