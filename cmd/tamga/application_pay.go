package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tamga/api"
	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/gateways"
	"tamga/documents/registry"
	"tamga/jsonfile"
)

// applicationPayCommand asks for the bill of an application.
type applicationPayCommand struct {
	Name     string `arg:"" name:"application" help:"Id or number of the application."`
	Gateways string `placeholder:"FILE" help:"File of the state systems (docs/gateways.md), whose payment gateway (PSHEP) is asked. Without it what is known already is told, and nobody is asked."`
	Demo     string `placeholder:"URL" help:"Pay at the demonstration's payment gateway, such as http://127.0.0.1:8080/demo/gateways. Nothing is paid anywhere else by this program."`
	Tenge    int    `placeholder:"N" help:"How much is paid there. Default: what is due."`
	keyFlags
	applicationFlags
	trustFlags
}

// Help is shown below the flags' list.
func (applicationPayCommand) Help() string {
	return `The bill is the fee of the edition in the year in which it is first asked for. It is written down before the payment gateway is asked, under the id of the message, so that asking again is the same payment. The message is signed by --key or --pkcs11, best that of an information system. The address at which the payer pays is printed; once he has, the same command tells that it is paid. Less than the bill does not count, and another bill follows it.

The command works on the register itself, and enters no step: the step that checks the payment is entered by tamga application enter, or by tamga serve --gateways.

Example:
  tamga application pay 5f0c1d2e3a4b5c6d --gateways gateways.json --key system.p12 --password-file password --trust var/trust`
}

// Run asks, pays where that was asked for, and prints the bills.
func (cmd applicationPayCommand) Run(c *console) error {
	switch {
	case cmd.Demo != "" && cmd.Gateways == "":
		return usagef("--demo pays what --gateways has asked for")
	case cmd.Tenge != 0 && cmd.Demo == "", cmd.Tenge < 0:
		return usagef("--tenge: is what is paid at --demo, from 1")
	}
	book, err := cmd.existing(c)
	if err != nil {
		return err
	}
	defer book.Register.Store.Close()
	kase, err := cmd.found(c, book, cmd.Name)
	if err != nil {
		return err
	}
	bills := &gateways.Bills{Store: book.Register.Store}
	if cmd.Gateways != "" {
		if err := cmd.ask(c, bills, kase); err != nil {
			return explainBill(err)
		}
	}
	all, err := bills.Of(c.ctx, kase.ID)
	if err != nil {
		return err
	}
	return cmd.print(c, kase, all)
}

// ask asks for the bill and how its payment stands.
func (cmd applicationPayCommand) ask(c *console, bills *gateways.Bills, kase applications.Case) error {
	done, err := cmd.connect(c, bills)
	if err != nil {
		return err
	}
	defer done()
	a, err := bills.Request(c.ctx, gateways.BillRequest{Application: kase.ID, Service: kase.Service, Rules: kase.Rules, Client: cliClient})
	if err != nil {
		return err
	}
	if a.Standing() != gateways.StandsOpen {
		return nil
	}
	if cmd.Demo != "" {
		if err := payDemo(c, cmd.Demo, a.Payment, cmd.Tenge); err != nil {
			return err
		}
	}
	_, err = bills.Look(c.ctx, a)
	return err
}

// connect connects the payment gateway of the file.
func (cmd applicationPayCommand) connect(c *console, bills *gateways.Bills) (done func(), err error) {
	raw, err := c.read(cmd.Gateways, maxGateways)
	if err != nil {
		return nil, err
	}
	var in gatewaySettings
	if err := jsonfile.Read(raw, &in); err != nil {
		return nil, usagef("--gateways: %w", err)
	}
	key, done, err := cmd.key(c)
	if err != nil {
		return nil, err
	}
	found, err := cmd.load(c)
	if err != nil {
		done()
		return nil, err
	}
	verifier, err := judgeFlags{Policy: strictPolicy}.verifier(c, found)
	if err != nil {
		done()
		return nil, err
	}
	caller := &gateways.Caller{Key: key, Make: makes(verifier), Verifier: verifier, Now: c.now, Sender: in.Sender, Timeout: 10 * time.Second, Deadline: 30 * time.Second}
	checks, err := connectPeers(caller, in.Peers, &api.Server{Registry: &registry.Registry{Store: bills.Store}})
	if err == nil && checks.Bills.Gateway == nil {
		err = usagef("--gateways: the file has no %s, which is the payment gateway", gateways.SystemPayments)
	}
	if err != nil {
		done()
		return nil, err
	}
	bills.Gateway = checks.Bills.Gateway
	return done, nil
}

// explainBill says what an answer that is no failure means.
func explainBill(err error) error {
	if errors.Is(err, gateways.ErrFree) {
		return nil
	}
	return err
}

// payDemo pays at the demonstration's payment gateway.
func payDemo(c *console, address, payment string, tenge int) error {
	if u, err := url.Parse(address); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return usagef("--demo: %q is not an address like http://127.0.0.1:8080/demo/gateways", address)
	}
	body, err := json.Marshal(map[string]any{"pay": payment, "tenge": tenge})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(c.ctx, http.MethodPost, strings.TrimSuffix(address, "/")+"/control", bytes.NewReader(body))
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("the demonstration's gateway: %w", err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusNoContent {
		said, _ := io.ReadAll(io.LimitReader(res.Body, 1000)) // what was said is told, as far as it came
		return fmt.Errorf("the demonstration's gateway does not take the payment: %s %s", res.Status, said)
	}
	return nil
}

// print prints the bills and what was said of them.
func (cmd applicationPayCommand) print(c *console, kase applications.Case, all []gateways.Account) error {
	p := &printer{}
	if len(all) == 0 {
		bill, due, err := gateways.BillOf(kase.Rules, kase.ID, kase.Service, documents.CivilDate(c.now()).Year)
		switch {
		case err != nil:
			return err
		case !due:
			p.line("Nothing is to be paid.")
		default:
			p.line("To be paid: %d ₸; no bill was asked for yet (--gateways).", bill.Tenge)
		}
	}
	for _, a := range all {
		p.line("Bill %d: %d ₸, %s", a.Round, a.Tenge, a.Standing())
		p.in(func() { printBill(p, a) })
	}
	return p.flush(c.out)
}

func printBill(p *printer, a gateways.Account) {
	p.field("Asked", "%s", documents.PrintedMoment(a.AskedAt))
	p.field("Payment", "%s", a.Payment)
	if a.Standing() == gateways.StandsOpen {
		p.field("Pay at", "%s", a.Redirect)
	}
	for _, said := range a.Confirmations {
		p.field("Told", "%s, %d ₸ on %s, receipt %s", string(said.State), said.Tenge, documents.PrintedMoment(said.PaidAt), said.Receipt)
	}
	if a.Double() {
		p.field("Paid twice", "what is too much is the payer's")
	}
}
