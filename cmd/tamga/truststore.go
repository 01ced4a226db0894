package main

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"tamga/certs"
	"tamga/certs/revocation"
	"tamga/certs/revocation/ocsp"
	"tamga/signing"
	"tamga/signing/armour"
)

// trustFlags say where trust comes from; several commands share them.
type trustFlags struct {
	Trust []string `sep:"none" placeholder:"DIR" help:"Folder (or file) with certificates, read with its subfolders: self-signed ones become trust anchors, the others help to build paths. Revocation lists found there are used too. May be given several times. Default: the trust store, see \"tamga trust\"."`
	CRL   []string `sep:"none" name:"crl" placeholder:"DIR" help:"Folder (or file) with revocation lists, read with its subfolders. May be given several times."`
}

// Limits of a folder of certificates and lists.
const (
	maxTrustFiles = 10_000
	maxTrustFile  = 64 << 20
	maxTrustBytes = 1 << 30
)

// evidence is what was found in folders of trust.
type evidence struct {
	pool  certs.Pool
	lists revocation.Lists
	files int
	bytes int64
	// retired are the authorities that the folders of trust declare to have ended.
	retired revocation.Retired
	// responders are asked when no list knows; nil when nobody is.
	responders *ocsp.Client
}

// load reads the folders of the flags, or the trust store when none is given.
func (t trustFlags) load(c *console) (*evidence, error) {
	e := &evidence{}
	folders := t.Trust
	if len(folders) == 0 {
		store, err := defaultTrustStore(c.env)
		if err != nil {
			return nil, err
		}
		if _, err := os.Stat(store); errors.Is(err, fs.ErrNotExist) {
			c.note("no trust anchors: the trust store %s does not exist; add certificates with \"tamga trust add\" or name a folder with --trust", store)
		} else {
			folders = []string{store}
		}
	}
	for _, dir := range folders {
		if err := e.addFolder(c, dir, true); err != nil {
			return nil, err
		}
	}
	if len(folders) > 0 && len(e.pool.Anchors()) == 0 {
		c.note("no trust anchors: there is no self-signed certificate among %d files", e.files)
	}
	for _, dir := range t.CRL {
		if err := e.addFolder(c, dir, false); err != nil {
			return nil, err
		}
	}
	for _, l := range e.lists.All() {
		e.retired.AddList(l)
	}
	return e, nil
}

// judgeFlags say how it is judged.
type judgeFlags struct {
	Policy string `default:"kz" placeholder:"NAME" help:"How strictly: kz (default); kz-applicant, under which nothing may follow the signature in a PDF; kz-strict, under which a CMS signature must name its certificate; or kz-soft, under which an unknown revocation status is shown and passes: never decide on an application under it."`
	responderFlags
}

// responderFlags say whether and where responders are asked.
type responderFlags struct {
	OCSP           bool     `name:"ocsp" help:"Ask the responders that certificates name when no revocation list knows. Sends the certificates' numbers there."`
	PrivateNetwork []string `name:"private-network" sep:"none" placeholder:"NETWORK" help:"Private network (10.1.0.0/16) or address in which responders may be that certificates name; may be given several times. By default such addresses are asked on the public internet only."`
}

// strictPolicy is what the register issues and checks under.
const strictPolicy = "kz"

// ocspTimeout is the longest that one status may take, all responders
// together.
const ocspTimeout = 10 * time.Second

// verifier judges by the evidence.
func (j judgeFlags) verifier(c *console, e *evidence) (*signing.Verifier, error) {
	policy, err := signing.NamedPolicy(j.Policy)
	if err != nil {
		return nil, err
	}
	e.lists.Now = c.now
	v := &signing.Verifier{Trust: &e.pool, Revocation: &e.lists, Retired: &e.retired, Policy: policy, Now: c.now}
	if !j.OCSP {
		return v, nil
	}
	if e.responders, err = j.responders(c, e); err != nil {
		return nil, err
	}
	v.Ask = func(ctx context.Context, cert, issuer *certs.Certificate, at time.Time) revocation.Answer {
		ctx, cancel := context.WithTimeout(ctx, ocspTimeout)
		defer cancel()
		return e.responders.Status(ctx, cert, issuer, at).Answer
	}
	return v, nil
}

// responders asks those that certificates name.
func (j responderFlags) responders(c *console, e *evidence) (*ocsp.Client, error) {
	private, err := networks("--private-network", j.PrivateNetwork)
	if err != nil {
		return nil, err
	}
	return &ocsp.Client{
		Now: c.now, UserAgent: "tamga", Networks: private, Policy: ocsp.Policy{CheckResponder: e.lists.Status},
	}, nil
}

// defaultTrustStore is where "tamga trust add" keeps certificates: TAMGA_TRUST,
// or a folder of the user. A folder relative to the current one would let
// whoever packed an archive decide what is trusted inside it.
func defaultTrustStore(env func(string) string) (string, error) {
	if dir := env("TAMGA_TRUST"); dir != "" {
		return dir, nil
	}
	if dir := env("XDG_CONFIG_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "tamga", "trust"), nil
	}
	if home := env("HOME"); home != "" {
		return filepath.Join(home, ".config", "tamga", "trust"), nil
	}
	return "", errors.New("no folder for the trust store: neither TAMGA_TRUST nor HOME is set")
}

// addFolder reads a folder with its subfolders. What cannot be used is noted
// and passed over; only a folder that cannot be read at all is an error.
func (e *evidence) addFolder(c *console, root string, trust bool) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && path == root:
			return err
		case err != nil:
			c.note("%v", err)
			return nil
		case d.IsDir():
			return nil
		}
		if e.files++; e.files > maxTrustFiles {
			return fmt.Errorf("%s: more than %d files; is this a folder of certificates?", root, maxTrustFiles)
		}
		b, err := c.readTrustFile(path)
		if err != nil {
			c.note("%v; passed over", err)
			return nil
		}
		if e.bytes += int64(len(b)); e.bytes > maxTrustBytes {
			return fmt.Errorf("%s: more than %d bytes; is this a folder of certificates?", root, int64(maxTrustBytes))
		}
		if trust && d.Name() == retiredFile {
			return e.retire(path, b)
		}
		e.addFile(c, path, b, trust)
		return nil
	})
}

func (c *console) readTrustFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no regular file", path)
	}
	return c.read(path, maxTrustFile)
}

// retire takes what a folder of trust declares of authorities that have ended. What
// cannot be read is no authority that lives, and must not be passed over.
func (e *evidence) retire(path string, b []byte) error {
	ends, err := revocation.ParseRetired(b)
	for _, end := range ends {
		err = errors.Join(err, e.retired.Add(end))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// addFile takes over what one file holds. Without trust, only revocation
// lists count.
func (e *evidence) addFile(c *console, path string, b []byte, trust bool) {
	found := readBundle(b)
	for _, err := range found.errs {
		c.note("%s: %v; passed over", path, err)
	}
	for _, l := range found.lists {
		e.lists.Add(l)
	}
	if !trust {
		if len(found.lists) == 0 && len(found.certificates) > 0 {
			c.note("%s holds a certificate, not a revocation list; passed over", path)
		}
		return
	}
	for _, cert := range found.certificates {
		switch {
		case cert.SelfSigned():
			e.pool.AddAnchor(cert)
		default:
			if cert.SelfIssued() {
				c.note("%s: the certificate names itself as its issuer but did not sign itself; no trust anchor", path)
			}
			e.pool.AddIntermediate(cert)
		}
	}
}

// bundle is what one file holds.
type bundle struct {
	certificates []*certs.Certificate
	lists        []*revocation.CRL
	errs         []error
}

// readBundle reads certificates and revocation lists: one as DER or base64, or
// any number as PEM.
func readBundle(file []byte) bundle {
	var found bundle
	if len(file) > 0 && file[0] == 0x30 { // DER; what text it may contain is not PEM
		found.add(file)
		return found
	}
	blocks := 0
	for rest := file; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		blocks++
		found.add(block.Bytes)
	}
	if blocks > 0 {
		return found
	}
	raw, err := armour.Open(file)
	if err != nil {
		found.errs = append(found.errs, errors.New("neither a certificate nor a revocation list"))
		return found
	}
	found.add(raw)
	return found
}

// add reads one DER element.
func (b *bundle) add(raw []byte) {
	cert, certErr := certs.Parse(raw)
	if certErr == nil {
		b.certificates = append(b.certificates, cert)
		return
	}
	list, listErr := revocation.ParseCRL(raw)
	if listErr == nil {
		b.lists = append(b.lists, list)
		return
	}
	b.errs = append(b.errs, fmt.Errorf("neither a certificate nor a revocation list: %w; %w", certErr, listErr))
}
