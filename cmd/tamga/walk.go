package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"tamga/api/strictjson"
	"tamga/api/walk"
	"tamga/documents"
	"tamga/documents/calendar"
	"tamga/documents/regulation"
)

// demoCommands show what the program does.
type demoCommands struct {
	Walk demoWalkCommand `cmd:"" help:"Take applications through every path of every flow of the regulation, over HTTP, and count what was walked."`
}

// demoWalkCommand walks.
type demoWalkCommand struct {
	URL string `name:"url" placeholder:"URL" help:"Address of a demonstration that runs already, instead of one that is started for the walk."`
	Var string `default:"./var" placeholder:"DIR" help:"With --url: folder of that demonstration, with the keys of its people (default: ./var)."`
	registerFlags
}

// Help is shown below the flags' list.
func (demoWalkCommand) Help() string {
	return `Without --url a demonstration is started in a folder of its own and thrown away afterwards; --database-url lets it keep its register in PostgreSQL. People act by sessions and keys of their own, and programs answer every condition, both ways and by each of its checks, out of the register and the state systems of the demonstration; nothing is stated; every refusal is written, every document is looked at: whether it is in force, found by the public check, and whether its file verifies. What is counted is what the service has stored, against the flow data of this program. Where a hearing must be waited for the clock of the demonstration is put forward, by a week or two, and stays so; it can be walked as often as one likes.

Exit codes: 0 everything was walked, 1 something is missing, 64 and 70 as everywhere.

Examples:
  tamga demo walk
  tamga demo walk --url http://127.0.0.1:8080`
}

// Run walks, and prints what was walked.
func (cmd demoWalkCommand) Run(c *console) error {
	if cmd.URL != "" && cmd.registerFlags != (registerFlags{}) {
		return usagef("--url: the demonstration that runs there has its own register")
	}
	at := demonstration{url: strings.TrimSuffix(cmd.URL, "/"), folder: cmd.Var}
	stop := func() error { return nil }
	if cmd.URL == "" {
		var err error
		if at, stop, err = cmd.begun(c); err != nil {
			return err
		}
	}
	began := time.Now()
	report, err := at.walk(c)
	took := time.Since(began)
	if stopped := stop(); stopped != nil || err != nil && !errors.Is(err, walk.ErrIncomplete) {
		return errors.Join(err, stopped)
	}
	return errors.Join(printWalk(c, report, took), err)
}

// printWalk prints a report.
func printWalk(c *console, r walk.Report, took time.Duration) error {
	p := &printer{}
	p.line("Edition %s", r.Edition)
	for _, f := range r.Flows {
		p.line("  %-12s %-9s %-10s %d of %d steps, %d of %d exits", f.Service, f.Channel, strings.Join(f.Routes, " "), f.Steps, f.OfSteps, f.Exits, f.OfExits)
		for _, x := range f.Missing {
			p.line("    missing: %s %s", x.Step, x.On)
		}
	}
	for _, text := range r.Failures {
		p.line("  failed: %s", text)
	}
	var kinds []string
	for kind, n := range r.Documents {
		kinds = append(kinds, fmt.Sprintf("%s %d", kind, n))
	}
	sort.Strings(kinds)
	p.line("In force, genuine and found by the check: %s", cmp.Or(strings.Join(kinds, ", "), "none"))
	p.line("Decided on the same matter: %d", r.Decided)
	p.line("Stated by a key, and found out by no program: %d", r.Stated)
	p.line("Entered by hand, where a person had refused consent or not answered: %d", r.ByHand)
	p.line("Tried beside the ways: %d (consent, sums, powers of attorney, organisations, systems that are away)", r.Tried)
	walked, all := r.Steps()
	p.line("%d of %d steps walked, by %d applications, in %s", walked, all, r.Applications, took.Round(time.Millisecond))
	return p.flush(c.out)
}

// flowData returns the edition in force on a day, and the calendar, as the program
// carries them.
func flowData(c *console, now time.Time) (*regulation.Edition, *calendar.Calendar, error) {
	law, err := regulation.ShippedLaw()
	if err != nil {
		return nil, nil, err
	}
	data, err := calendarFlags{}.data(c)
	if err != nil {
		return nil, nil, err
	}
	days, err := calendar.Compile(data...)
	if err != nil {
		return nil, nil, err
	}
	for _, e := range law.Editions() {
		if e.InForce(documents.CivilDate(now)) {
			return e, days, nil
		}
	}
	return nil, nil, noAnswerError{errors.New("no edition of the rules is in force today")}
}

// walkName names a walk, so that another one opens applications of its own.
func (c *console) walkName() string { return "walk " + c.now().UTC().Format(time.RFC3339Nano) }

// begun starts a demonstration for the walk, in a folder of its own.
func (cmd demoWalkCommand) begun(c *console) (at demonstration, stop func() error, err error) {
	folder, err := os.MkdirTemp("", "tamga-walk-")
	if err != nil {
		return at, nil, err
	}
	own := *c
	own.err = io.Discard // its log: what goes wrong is in the report
	ctx, cancel := context.WithCancel(c.ctx)
	own.ctx = ctx
	ended := make(chan error, 1)
	stop = func() error {
		cancel()
		return errors.Join(<-ended, os.RemoveAll(folder))
	}
	address, err := cmd.serve(&own, folder, ended)
	if err != nil {
		return at, nil, errors.Join(err, stop())
	}
	return demonstration{"http://" + address, folder}, stop, nil
}

// serve serves a demonstration until the context of the console ends, and tells then.
func (cmd demoWalkCommand) serve(c *console, folder string, ended chan<- error) (address string, err error) {
	defer func() {
		if err != nil {
			ended <- nil
		}
	}()
	var flags serveCommand
	parser, err := kong.New(&flags)
	if err != nil {
		return "", err
	}
	if _, err := parser.Parse([]string{"--demo", "--var", folder}); err != nil {
		return "", err
	}
	flags.registerFlags = cmd.registerFlags
	listener, err := listen(c.ctx, "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	address = listener.Addr().String()
	served, err := flags.assemble(c, address)
	if err != nil {
		return "", errors.Join(err, listener.Close())
	}
	handler, err := served.server.Handler()
	if err != nil {
		return "", errors.Join(err, listener.Close(), served.server.Registry.Store.Close())
	}
	go func() {
		err := served.serve(c.ctx, listener, handler)
		ended <- errors.Join(err, served.server.Registry.Store.Close())
	}()
	return address, nil
}

// demoSigner is who signs the documents of the demonstration.
func demoSigner() (walk.Signer, error) {
	raw, err := sample("signer.json")
	if err != nil {
		return walk.Signer{}, err
	}
	return signerOf(raw)
}

// signerOf reads who signs documents.
func signerOf(raw []byte) (s walk.Signer, err error) {
	err = strictjson.Decode(raw, &s)
	return s, err
}
