package main

import (
	"fmt"
	"math/big"
	"path/filepath"
	"strings"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/certs/revocation"
)

// caCommands run a demonstration authority.
type caCommands struct {
	Init   caInitCommand   `cmd:"" help:"Make an authority: a root, an issuing authority below it, and their empty revocation lists."`
	Issue  caIssueCommand  `cmd:"" help:"Issue a certificate and key to a person."`
	Revoke caRevokeCommand `cmd:"" help:"Revoke a certificate and publish a fresh list."`
	CRL    caCRLCommand    `cmd:"" name:"crl" help:"Publish fresh revocation lists."`
	Show   caShowCommand   `cmd:"" help:"Show the authority and what it publishes."`
}

// folderFlag says where the authority lives.
type folderFlag struct {
	Dir string `required:"" placeholder:"DIR" help:"Folder of the authority."`
}

func (f folderFlag) folder() authorityFolder {
	return authorityFolder{secret: f.Dir, public: filepath.Join(f.Dir, "public")}
}

// second is the moment of an act, in the precision of certificates.
func (c *console) second() time.Time { return c.now().UTC().Truncate(time.Second) }

// caInitCommand makes an authority.
type caInitCommand struct {
	folderFlag
	Family string `default:"gost-2015" help:"Kind of keys: gost-2015, gost-2004, rsa, ecdsa (default: gost-2015, as the national authority issues today)."`
}

// Help is shown below the flags' list.
func (caInitCommand) Help() string {
	return `For demonstrations and tests: the names of its certificates say so, and nobody must be brought to trust it. The folder DIR/public holds what verification needs.

Example:
  tamga ca init --dir var/ca
  tamga verify file.cms --trust var/ca/public`
}

// Run makes the authority.
func (cmd caInitCommand) Run(c *console) error {
	family, err := ca.ParseFamily(cmd.Family)
	if err != nil {
		return usageError{err}
	}
	a, err := cmd.folder().create(c, family, c.second(), ca.Options{})
	if err != nil {
		return err
	}
	p := &printer{}
	p.authority(a, cmd.folder())
	return p.flush(c.out)
}

func (p *printer) authority(a *ca.Authority, d authorityFolder) {
	p.line("A demonstration authority with %s keys", a.Family())
	p.in(func() {
		p.field("Root", "%s", a.Root().Subject)
		p.field("", "SHA-256 %s", fingerprint(a.Root()))
		p.field("Issuing", "%s", a.Issuing().Subject)
		p.field("Valid", "%s", period(a.Issuing().NotBefore, a.Issuing().NotAfter, time.Time{}))
		p.field("Secret", "%s", d.state())
		p.field("Public", "%s", d.public)
	})
}

// caIssueCommand issues to a person.
type caIssueCommand struct {
	folderFlag
	Surname      string   `required:"" help:"Surname, as in the identity document."`
	GivenName    string   `required:"" help:"Given name."`
	Patronymic   string   `help:"Patronymic, if there is one."`
	IIN          string   `required:"" name:"iin" placeholder:"NUMBER" help:"IIN, 12 digits with a right check digit. Use a fictional one."`
	Organisation string   `help:"Organisation that the person acts for."`
	BIN          string   `name:"bin" placeholder:"NUMBER" help:"BIN of the organisation."`
	Role         []string `help:"Roles, for example first_head, right_to_sign, employee."`
	Login        bool     `help:"A key for logging in, which must not sign."`
	Out          string   `required:"" placeholder:"FILE" help:"Where to write certificate and private key (PEM, unencrypted, readable by you only)."`
	Force        bool     `help:"Replace the output file if it exists."`
}

// Help is shown below the flags' list.
func (caIssueCommand) Help() string {
	return `Example:
  tamga ca issue --dir var/ca --surname ҚҰНАНБАЕВА --given-name ҮМІТ --iin 901300499989 --out applicant.pem`
}

// Run issues the certificate.
func (cmd caIssueCommand) Run(c *console) error {
	person, err := cmd.person(c)
	if err != nil {
		return err
	}
	out := output{path: cmd.Out, mode: 0o600, force: cmd.Force}
	if err := out.check(); err != nil {
		return err
	}
	a, err := cmd.folder().load(c)
	if err != nil {
		return err
	}
	key, h, err := issue(a, person)
	if err != nil {
		return err
	}
	if err := out.write(c, key); err != nil {
		return err
	}
	p := &printer{}
	p.line("Issued to %s: %s", h.Certificate.Identity().CommonName, cmd.Out)
	p.in(func() { p.field("Serial", "%x", h.Certificate.Serial) })
	return p.flush(c.out)
}

// person turns the flags into a request.
func (cmd caIssueCommand) person(c *console) (ca.Person, error) {
	p := ca.Person{
		Surname: cmd.Surname, GivenName: cmd.GivenName, Patronymic: cmd.Patronymic,
		Organisation: cmd.Organisation, NotBefore: c.second(), Use: certs.UseSigning,
	}
	if cmd.Login {
		p.Use = certs.UseLogin
	}
	var err error
	if p.IIN, err = certs.ParseIIN(cmd.IIN); err != nil {
		return p, usagef("--iin: %w", err)
	}
	if cmd.BIN != "" {
		if p.BIN, err = certs.ParseBIN(cmd.BIN); err != nil {
			return p, usagef("--bin: %w", err)
		}
	}
	for _, s := range cmd.Role {
		role, err := parseRole(s)
		if err != nil {
			return p, err
		}
		p.Roles = append(p.Roles, role)
	}
	return p, nil
}

// caRevokeCommand revokes.
type caRevokeCommand struct {
	folderFlag
	Serial      string `xor:"which" required:"" placeholder:"HEX" help:"Serial number of the certificate."`
	Certificate string `xor:"which" required:"" placeholder:"FILE" help:"The certificate, or the key file with it."`
	Reason      string `default:"unspecified" help:"Why: keyCompromise, affiliationChanged, superseded, cessationOfOperation, certificateHold, removeFromCRL (lifts a hold)."`
}

// Help is shown below the flags' list.
func (caRevokeCommand) Help() string {
	return `Example:
  tamga ca revoke --dir var/ca --certificate applicant.pem --reason keyCompromise`
}

// Run revokes the certificate and publishes a fresh list.
func (cmd caRevokeCommand) Run(c *console) error {
	reason, err := parseReason(cmd.Reason)
	if err != nil {
		return err
	}
	serial, err := cmd.serial(c)
	if err != nil {
		return err
	}
	a, err := cmd.folder().load(c)
	if err != nil {
		return err
	}
	now := c.second()
	a.Revoke(serial, now, reason)
	if err := cmd.folder().publish(c, a, now); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "Revoked %x on %s (%s); fresh lists are in %s\n", serial, moment(now), reason, cmd.folder().public)
	return nil
}

func (cmd caRevokeCommand) serial(c *console) (*big.Int, error) {
	if cmd.Certificate == "" {
		serial, ok := new(big.Int).SetString(strings.ReplaceAll(cmd.Serial, ":", ""), 16)
		if !ok || serial.Sign() <= 0 || serial.BitLen() > 160 {
			return nil, usagef("--serial: not a serial number of at most 40 hexadecimal digits")
		}
		return serial, nil
	}
	b, err := c.read(cmd.Certificate, maxKeyFile)
	if err != nil {
		return nil, err
	}
	found := readBundle(b)
	if len(found.certificates) == 0 {
		return nil, fmt.Errorf("%s holds no certificate", cmd.Certificate)
	}
	return found.certificates[0].Serial, nil
}

func parseReason(s string) (revocation.Reason, error) {
	for r := revocation.Unspecified; r <= revocation.AACompromise; r++ {
		if strings.EqualFold(r.String(), s) {
			return r, nil
		}
	}
	return 0, usagef("unknown reason %q", s)
}

// caCRLCommand publishes fresh lists.
type caCRLCommand struct{ folderFlag }

// Run publishes the lists.
func (cmd caCRLCommand) Run(c *console) error {
	a, err := cmd.folder().load(c)
	if err != nil {
		return err
	}
	now := c.second()
	if err := cmd.folder().publish(c, a, now); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "Fresh lists, good until %s, are in %s\n", moment(now.Add(listLifetime)), cmd.folder().public)
	return nil
}

// caShowCommand describes the authority.
type caShowCommand struct{ folderFlag }

// Run prints the authority and its lists.
func (cmd caShowCommand) Run(c *console) error {
	a, err := cmd.folder().load(c)
	if err != nil {
		return err
	}
	p := &printer{}
	p.authority(a, cmd.folder())
	e := &evidence{}
	if err := e.addFolder(c, cmd.folder().public, true); err != nil {
		return err
	}
	for _, l := range e.lists.All() {
		p.crl(l, c.now())
	}
	return p.flush(c.out)
}
