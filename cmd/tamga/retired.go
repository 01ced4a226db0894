package main

import (
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"time"

	"tamga/certs"
	"tamga/certs/revocation"
)

// retiredFile is the file of a folder of trust that says which authorities have ended.
// What stands in the folder beside it are their last lists.
const (
	retiredFile   = "retired.json"
	retiredFolder = "retired"
)

// revocationImportCommand declares the end of an authority.
type revocationImportCommand struct {
	Lists     []string `arg:"" optional:"" name:"list" help:"Its last revocation lists, complete ones."`
	Authority string   `required:"" placeholder:"FILE" help:"The authority's certificate, DER or PEM. It must lead to an anchor of the store."`
	Ended     string   `required:"" placeholder:"TIME" help:"When it ended, as 2024-03-12 or 2024-03-12T11:34:07Z: it revoked nothing since, and what was not proved to exist by then is not good."`
	Destroyed bool     `name:"keys-destroyed" help:"Its key was destroyed by then, and so were those of its timestamp authorities and responders, at the latest with their certificates: what they signed is not younger. Say so only of an authority that says so."`
	Force     bool     `help:"Replace what was declared of this authority before."`
	storeFlag
}

// Help is shown below the flags' list.
func (revocationImportCommand) Help() string {
	return `What was signed, stamped and provided with evidence while an authority lived stays proved by this after its certificates have ended. A list answers for what it could know: for certificates that had not expired when it was made, or which it keeps, until its nextUpdate. The last list that ETSI EN 319 411-1 wants runs until the year 9999.

Example:
  tamga revocation import nca_rsa_last.crl --authority nca_rsa_2018.cer --ended 2023-06-29 --keys-destroyed`
}

// Run checks the lists, and writes them and the declaration into the store.
func (cmd revocationImportCommand) Run(c *console) error {
	dir, err := cmd.path(c)
	if err != nil {
		return err
	}
	e := &evidence{}
	if err := e.addFolder(c, dir, true); err != nil {
		return err
	}
	authority, err := cmd.authority(c, e)
	if err != nil {
		return err
	}
	end := revocation.End{Authority: authority.Fingerprint(), Destroyed: cmd.Destroyed}
	if end.At, err = cmd.end(c, authority); err != nil {
		return err
	}
	lists, err := cmd.lists(c, authority, end.At)
	if err != nil {
		return err
	}
	for _, l := range lists {
		end.Lists = append(end.Lists, l.Digest())
	}
	ends, err := cmd.with(e.retired.Ends(), end)
	if err != nil {
		return err
	}
	kept := keptLists{authority, lists}
	if err := kept.write(c, filepath.Join(dir, retiredFolder)); err != nil {
		return err
	}
	if err := declare(c, dir, ends); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "Declared in %s: %s has ended; %d lists are kept\n", clean(filepath.Join(dir, retiredFile)), clean(authority.Subject.String()), len(lists))
	return nil
}

// authority reads the certificate, which must be that of an authority of the store.
func (cmd revocationImportCommand) authority(c *console, e *evidence) (*certs.Certificate, error) {
	b, err := c.read(cmd.Authority, maxKeyFile)
	if err != nil {
		return nil, err
	}
	found := readBundle(b)
	if len(found.certificates) != 1 || len(found.lists)+len(found.errs) > 0 {
		return nil, fmt.Errorf("%s does not hold exactly one certificate", cmd.Authority)
	}
	authority := found.certificates[0]
	if _, err := e.pool.Build(authority, nil, authority.NotAfter); err != nil {
		return nil, fmt.Errorf("%s: %w; \"tamga trust add\" adds what is trusted", cmd.Authority, err)
	}
	return authority, nil
}

// end reads the moment, which lies in the past and in the life of the certificate.
func (cmd revocationImportCommand) end(c *console, authority *certs.Certificate) (time.Time, error) {
	at, err := parseTime(cmd.Ended)
	switch {
	case err != nil:
		return at, usagef("--ended: %w", err)
	case at.After(c.now()):
		return at, fmt.Errorf("refused: %s has not come", moment(at))
	case at.Before(authority.NotBefore) || at.After(authority.NotAfter):
		return at, fmt.Errorf("refused: the certificate is valid from %s to %s; an authority ends with its certificate at the latest", moment(authority.NotBefore), moment(authority.NotAfter))
	}
	return at.UTC(), nil
}

// lists reads the lists, each of which the authority must have signed before its end.
func (cmd revocationImportCommand) lists(c *console, authority *certs.Certificate, end time.Time) ([]*revocation.CRL, error) {
	var all []*revocation.CRL
	for _, path := range cmd.Lists {
		b, err := c.read(path, maxTrustFile)
		if err != nil {
			return nil, err
		}
		found := readBundle(b)
		if len(found.lists) == 0 || len(found.certificates)+len(found.errs) > 0 {
			return nil, fmt.Errorf("%s holds something other than revocation lists", path)
		}
		for _, l := range found.lists {
			if err := mayBeLast(l, authority, end); err != nil {
				return nil, fmt.Errorf("%s: refused: %w", path, err)
			}
			if l.NextUpdate.Before(end) {
				c.note("%s speaks until %s: of the time from then to the end, %s, it tells nothing", path, moment(l.NextUpdate), moment(end))
			}
			all = append(all, l)
		}
	}
	return all, nil
}

// mayBeLast says why a list cannot be a last one of an authority that has ended.
func mayBeLast(l *revocation.CRL, authority *certs.Certificate, end time.Time) error {
	switch {
	case l.Delta():
		return errors.New("a delta list tells only of changes")
	case !l.Issuer.Equal(authority.Subject):
		return fmt.Errorf("it is a list of %s", l.Issuer)
	case l.ThisUpdate.After(end):
		return fmt.Errorf("it was made on %s, after the end", moment(l.ThisUpdate))
	}
	return l.CheckSignatureFrom(authority)
}

// with returns what is declared with one more end.
func (cmd revocationImportCommand) with(ends []revocation.End, end revocation.End) ([]revocation.End, error) {
	i := slices.IndexFunc(ends, func(e revocation.End) bool { return e.Authority == end.Authority })
	switch {
	case i < 0:
		return append(ends, end), nil
	case cmd.Force:
	case !ends[i].At.Equal(end.At) || ends[i].Destroyed != end.Destroyed:
		return nil, fmt.Errorf("another end of this authority is declared, %s; --force replaces it", moment(ends[i].At))
	default:
		for _, digest := range ends[i].Lists {
			if !slices.Contains(end.Lists, digest) {
				end.Lists = append(end.Lists, digest)
			}
		}
	}
	ends[i] = end
	return ends, nil
}

// keptLists are the last lists of an authority, with its certificate.
type keptLists struct {
	authority *certs.Certificate
	lists     []*revocation.CRL
}

// write comes before the declaration, which without its lists would prove less; lists
// that nobody declared are lists like any others.
func (k keptLists) write(c *console, folder string) error {
	if err := makeFolder(folder); err != nil {
		return err
	}
	files := map[string][]byte{fingerprint(k.authority) + ".cer": k.authority.Raw}
	for _, l := range k.lists {
		digest := l.Digest()
		files[hex.EncodeToString(digest[:])+".crl"] = l.Raw
	}
	for name, b := range files {
		if err := (output{path: filepath.Join(folder, name), mode: 0o644, force: true}).write(c, b); err != nil {
			return err
		}
	}
	return nil
}

// declare writes all ends, with the names of the authorities of the store.
func declare(c *console, dir string, ends []revocation.End) error {
	e := &evidence{}
	if err := e.addFolder(c, dir, true); err != nil {
		return err
	}
	names := retiredNames(e)
	raw, err := revocation.FormatRetired(ends, func(id [32]byte) string { return names[id] })
	if err != nil {
		return err
	}
	return output{path: filepath.Join(dir, retiredFile), mode: 0o644, force: true}.write(c, raw)
}

// retiredNames are the names of the authorities of a folder, by their fingerprints.
func retiredNames(e *evidence) map[[32]byte]string {
	names := map[[32]byte]string{}
	for _, cert := range append(e.pool.Anchors(), e.pool.Intermediates()...) {
		names[cert.Fingerprint()] = cert.Subject.String()
	}
	return names
}

// revocationRetiredCommand shows the declarations.
type revocationRetiredCommand struct{ storeFlag }

// Run prints every authority that has ended, and what its lists speak of.
func (cmd revocationRetiredCommand) Run(c *console) error {
	dir, err := cmd.path(c)
	if err != nil {
		return err
	}
	e := &evidence{}
	if err := e.addFolder(c, dir, true); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, l := range e.lists.All() {
		e.retired.AddList(l)
	}
	p, all := &printer{}, e.retired.Status(&e.pool)
	for _, end := range all {
		p.retired(end)
	}
	if len(all) == 0 {
		p.line("No authority is declared to have ended.")
	}
	return p.flush(c.out)
}

// retired prints one authority that has ended.
func (p *printer) retired(end revocation.EndStatus) {
	p.line("%s", cmp.Or(end.Name, "an authority whose certificate is not there"))
	p.in(func() {
		p.field("SHA-256", "%s", end.Certificate)
		p.field("Ended", "%s", moment(end.Ended))
		p.field("Its keys", "%s", map[bool]string{true: "are declared to have been destroyed", false: "may have been lost since"}[end.Destroyed])
		for _, l := range end.LastLists {
			if !l.Kept {
				p.field("Last list", "MISSING: %s", l.SHA256)
				continue
			}
			p.field("Last list", "№ %s of %s, %d revoked, speaks until %s", cmp.Or(l.Number, "none"), moment(l.ThisUpdate), l.Entries, moment(l.NextUpdate))
			if !l.KeepsExpired.IsZero() {
				p.field("", "keeps certificates that expired since %s", moment(l.KeepsExpired))
			}
		}
	})
}
