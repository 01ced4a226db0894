package main

import (
	"errors"
	"fmt"
	"time"

	"tamga/certs"
	"tamga/certs/revocation"
	"tamga/signing"
)

// signCommand makes a CMS signature.
type signCommand struct {
	File         string `arg:"" help:"The file to sign; - reads standard input."`
	Key          string `required:"" placeholder:"FILE" help:"The signer's key: a key store (PKCS#12, .p12) or PEM with key and certificate."`
	PasswordFile string `placeholder:"FILE" help:"File whose first line is the password of the key store. There is no flag for the password itself: other users of the machine could read it."`
	Detached     bool   `help:"Do not put the file into the signature: it must then be kept beside it."`
	Out          string `placeholder:"FILE" help:"Where to write the signature; - writes standard output. Default: the file's name with .cms added, .p7s when detached."`
	NoTime       bool   `help:"Do not claim a signing time in the signature."`
	Force        bool   `help:"Replace the output file if it exists."`
}

// Help is shown below the flags' list.
func (signCommand) Help() string {
	return `The signature is verified before it is written; an existing file is not replaced without --force.

Examples:
  tamga sign application.pdf --key var/keys/applicant-gost.pem
  tamga sign application.pdf --key GOST512.p12 --password-file password.txt --detached`
}

// Run signs, verifies what was made, and writes it.
func (cmd signCommand) Run(c *console) error {
	out := output{path: cmd.outputPath(), mode: 0o644, force: cmd.Force}
	if out.path == "" {
		return usagef("standard input has no name: say with --out where to write")
	}
	if err := out.check(); err != nil {
		return err
	}
	key, err := loadKey(c, cmd.Key, cmd.PasswordFile)
	if err != nil {
		return err
	}
	content, err := c.read(cmd.File, maxInput)
	if err != nil {
		return err
	}
	now := c.now().UTC().Truncate(time.Second)
	signature, err := signing.SignCMS(content, key, signing.CMSOptions{Detached: cmd.Detached, Time: now, Claim: !cmd.NoTime})
	if errors.Is(err, signing.ErrOutsideValidity) {
		return fmt.Errorf("sign: %w: %s", err, period(key.Certificate.NotBefore, key.Certificate.NotAfter, now))
	}
	if err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	if err := confirmSignature(signature, content, key, now); err != nil {
		return err
	}
	if err := out.write(c, signature); err != nil {
		return err
	}
	if out.path != "-" {
		id := key.Certificate.Identity()
		fmt.Fprintf(c.out, "Signed %s as %s: %s\n", clean(cmd.File), clean(id.CommonName), clean(out.path))
	}
	return nil
}

func (cmd signCommand) outputPath() string {
	switch {
	case cmd.Out != "":
		return cmd.Out
	case cmd.File == "-":
		return ""
	case cmd.Detached:
		return cmd.File + ".p7s"
	}
	return cmd.File + ".cms"
}

var errOwnSignature = errors.New("the signature just made does not verify; nothing was written")

// confirmSignature verifies a signature just made under the signer's own
// certificate: whether others trust that certificate is their question.
func confirmSignature(signature, content []byte, key signing.Key, at time.Time) error {
	pool := &certs.Pool{}
	pool.AddAnchor(key.Certificate)
	v := &signing.Verifier{Trust: pool, Revocation: &revocation.Lists{}}
	verdict, err := v.VerifyCMS(signature, signing.Question{Content: content, At: at})
	if err != nil {
		return fmt.Errorf("%w: %w", errOwnSignature, err)
	}
	if !verdict.Passed() {
		return fmt.Errorf("%w: %s", errOwnSignature, verdict.Summary.EN)
	}
	return nil
}

// loadKey reads a key from PEM or PKCS#12, told apart by content.
func loadKey(c *console, path, passwordFile string) (signing.Key, error) {
	b, err := c.read(path, maxKeyFile)
	if err != nil {
		return signing.Key{}, fmt.Errorf("key: %w", err)
	}
	if signing.Sniff(b) == signing.FileKeyStore {
		return openKeyStore(c, b, passwordFile)
	}
	key, err := signing.ParseKeyPEM(b)
	if err != nil {
		return signing.Key{}, fmt.Errorf("key %s: %w", path, err)
	}
	return key, nil
}
