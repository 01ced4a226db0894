package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sort"
	"strings"
	"sync"
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
	URL     string `name:"url" placeholder:"URL" help:"Address of a service that runs elsewhere, instead of a demonstration that is started for the walk."`
	KeyFile string `placeholder:"FILE" help:"With --url: file with the key of a client of that service that may open applications, enter steps and read documents."`
	Signer  string `placeholder:"FILE" help:"With --url: who signs documents there, as they print it, as JSON: authority, requisites and position in kk and ru, and name."`
	registerFlags
}

// Help is shown below the flags' list.
func (demoWalkCommand) Help() string {
	return `Without --url a demonstration is started in a folder of its own, with a clock that is put forward where a hearing must be waited for, and thrown away afterwards; --database-url lets it keep its register in PostgreSQL. People act by sessions and keys of their own, and programs answer every condition, both ways and by each of its checks, out of the register and the state systems of the demonstration; every refusal is written, every document is looked at: whether it is in force, found by the public check, and whether its file verifies. What is counted is what the service has stored, against the flow data of this program. At a service elsewhere the key enters every step, and states what conditions find; nobody puts its clock forward: the ways through a hearing are not gone there, and are told to be missing.

Exit codes: 0 everything was walked, 1 something is missing, 64 and 70 as everywhere.

Examples:
  tamga demo walk
  tamga demo walk --url http://127.0.0.1:8080 --key-file var/demo.key --signer var/samples/signer.json`
}

// walkedService is the service that is walked.
type walkedService struct {
	walker walk.Walker
	stop   func() error
}

// Run walks, and prints what was walked.
func (cmd demoWalkCommand) Run(c *console) error {
	if (cmd.URL == "") != (cmd.KeyFile == "") || (cmd.URL == "") != (cmd.Signer == "") {
		return usagef("--url, --key-file and --signer go together")
	}
	serve := cmd.begun
	if cmd.URL != "" {
		serve = cmd.elsewhere
	}
	s, err := serve(c)
	if err != nil {
		return err
	}
	began := time.Now()
	report, err := s.walker.Walk(c.ctx)
	took := time.Since(began)
	if stopped := s.stop(); stopped != nil || err != nil && !errors.Is(err, walk.ErrIncomplete) {
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

// elsewhere is a service that runs already.
func (cmd demoWalkCommand) elsewhere(c *console) (walkedService, error) {
	edition, days, err := flowData(c, c.now())
	if err != nil {
		return walkedService{}, err
	}
	key, err := c.read(cmd.KeyFile, maxPassword)
	if err != nil {
		return walkedService{}, err
	}
	raw, err := c.read(cmd.Signer, maxDraft)
	if err != nil {
		return walkedService{}, err
	}
	signer, err := signerOf(raw)
	if err != nil {
		return walkedService{}, fmt.Errorf("%s: %w", cmd.Signer, err)
	}
	return walkedService{walk.Walker{
		URL: strings.TrimSuffix(cmd.URL, "/"), Key: strings.TrimSpace(string(key)), Client: &http.Client{Timeout: requestTimeout},
		Edition: edition, Days: days, Signer: signer, Now: c.now, Run: c.walkName(),
	}, func() error { return nil }}, nil
}

// shiftedClock is the clock of a demonstration that is put forward.
type shiftedClock struct {
	mu    sync.Mutex
	ahead time.Duration
	now   func() time.Time
}

func (s *shiftedClock) read() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now().Add(s.ahead)
}

// wait puts the clock forward to a moment.
func (s *shiftedClock) wait(until time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ahead = max(s.ahead, until.Sub(s.now())+time.Second)
}

// begun starts a demonstration for the walk, in a folder of its own.
func (cmd demoWalkCommand) begun(c *console) (s walkedService, err error) {
	folder, err := os.MkdirTemp("", "tamga-walk-")
	if err != nil {
		return s, err
	}
	clock := &shiftedClock{now: c.now}
	own := *c
	own.now, own.err = clock.read, io.Discard // its log: what goes wrong is in the report
	ctx, cancel := context.WithCancel(c.ctx)
	own.ctx = ctx
	ended := make(chan error, 1)
	stop := func() error {
		cancel()
		return errors.Join(<-ended, os.RemoveAll(folder))
	}
	address, served, err := cmd.serve(&own, folder, ended)
	if err != nil {
		return s, errors.Join(err, stop())
	}
	edition, days, err := flowData(c, clock.read())
	if err != nil {
		return s, errors.Join(err, stop())
	}
	signer, err := demoSigner()
	if err != nil {
		return s, errors.Join(err, stop())
	}
	return walkedService{walk.Walker{
		URL: "http://" + address, Key: served.demo.secret, Client: &http.Client{Timeout: requestTimeout}, Edition: edition, Days: days,
		People: served.walkers(address, signer, clock.read), Signer: signer, Now: clock.read, Wait: clock.wait, Run: c.walkName(),
	}, stop}, nil
}

// serve serves a demonstration until the context of the console ends, and tells then.
func (cmd demoWalkCommand) serve(c *console, folder string, ended chan<- error) (address string, served *service, err error) {
	defer func() {
		if err != nil {
			ended <- nil
		}
	}()
	var flags serveCommand
	parser, err := kong.New(&flags)
	if err != nil {
		return "", nil, err
	}
	if _, err := parser.Parse([]string{"--demo", "--var", folder}); err != nil {
		return "", nil, err
	}
	flags.registerFlags = cmd.registerFlags
	listener, err := listen(c.ctx, "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	address = listener.Addr().String()
	served, err = flags.assemble(c, address)
	if err != nil {
		return "", nil, errors.Join(err, listener.Close())
	}
	signer, err := demoSigner()
	if err != nil {
		return "", nil, errors.Join(err, listener.Close(), served.server.Registry.Store.Close())
	}
	served.byPersons(address, signer)
	handler, err := served.server.Handler()
	if err != nil {
		return "", nil, errors.Join(err, listener.Close(), served.server.Registry.Store.Close())
	}
	go func() {
		err := served.serve(c.ctx, listener, handler)
		ended <- errors.Join(err, served.server.Registry.Store.Close())
	}()
	return address, served, nil
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
