package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"tamga/api"
	"tamga/certs/revocation/fetch"
	"tamga/documents/gateways"
	"tamga/documents/pdf"
	"tamga/documents/registry"
	"tamga/documents/store"
	"tamga/signing"
	"tamga/signing/creation"
)

// serveCommand runs the service.
type serveCommand struct {
	Listen       string   `default:"127.0.0.1:8080" placeholder:"ADDRESS" help:"Address and port to listen on (default: 127.0.0.1:8080, which only this machine can reach)."`
	BaseURL      string   `name:"base-url" placeholder:"URL" help:"Address at which the public reaches the service; it is printed on documents. Default: the one that the last document of the register prints, else http:// and the address of --listen, which only --demo prints on documents."`
	Key          string   `placeholder:"FILE" help:"Key of the official who signs documents: PEM or key store (PKCS#12). Without it nothing can be issued."`
	SignKey      []string `sep:"none" placeholder:"FILE" help:"Key that clients may sign with over HTTP, under the file's name without its ending. May be given several times."`
	PasswordFile string   `placeholder:"FILE" help:"File whose first line is the password of the key stores."`
	ReceiptKey   string   `placeholder:"FILE" help:"Key that receipts of verifications are signed with, best that of an information system. Without it none are made."`
	KeyReserve   int      `name:"key-reserve" default:"1" placeholder:"DAYS" help:"How many days before its certificate ends a key is no longer used (default: 1)."`
	DocLevel     string   `name:"document-level" default:"B-B" placeholder:"LEVEL" help:"Level of the signatures of documents that are issued: B-B (default), B-T, B-LT or B-LTA. Above B-B nothing is issued while no timestamp authority answers."`
	TSARequired  bool     `name:"tsa-required" help:"Refuse a signature that cannot get its timestamp. Otherwise it is handed out as it is, and extended as soon as an authority answers."`
	Demo         bool     `help:"Make a demonstration authority, persons, sample files and documents below --var, and use them."`
	Edition      string   `placeholder:"ID" help:"With --demo: the edition of the rules by which documents are printed, such as 2012-159. On days on which it is not in force they are specimens, and say so on every page."`
	Var          string   `default:"./var" placeholder:"DIR" help:"Folder of the service's own files (default: ./var)."`
	scannerFlags
	responderFlags
	policyFlags
	lastingFlags
	sealFlags
	registerFlags
	rulebookFlags
	gatewayFlags
	conditionFlags
	messageFlags
	loadFlags
	trustFlags
	listsFlags
}

// Help is shown below the flags' list.
func (serveCommand) Help() string {
	return `Runs until Ctrl+C or SIGTERM, and then finishes the requests at work. The log goes to standard error as JSON and names no persons.

Examples:
  tamga serve --demo
  tamga serve --database-url postgres://tamga@db/tamga --key official.p12 --password-file password.txt --base-url https://licences.example.kz`
}

// Times that a request, and the end of the service, may take.
const (
	headerTimeout   = 10 * time.Second
	requestTimeout  = 2 * time.Minute
	idleTimeout     = 2 * time.Minute
	shutdownTimeout = 15 * time.Second
	recoverEvery    = 5 * time.Minute
	recoverTime     = 10 * time.Minute
	extendEvery     = 30 * time.Second
	extendTime      = 10 * time.Minute
	carryEvery      = 5 * time.Second
	goOnEvery       = 5 * time.Second
	goOnTime        = 2 * time.Minute
)

// Run serves until the context ends.
func (cmd serveCommand) Run(c *console) error {
	if cmd.BaseURL != "" {
		if err := checkBaseURL(cmd.BaseURL); err != nil {
			return err
		}
	}
	if cmd.Edition != "" && !cmd.Demo {
		return usagef("--edition: only a demonstration (--demo) runs an edition by its name; documents are printed by the one in force when they are signed")
	}
	cmd.BaseURL = strings.TrimSuffix(cmd.BaseURL, "/")
	listener, err := listen(c.ctx, cmd.Listen)
	if err != nil {
		return err
	}
	defer listener.Close()
	s, err := cmd.assemble(c, listener.Addr().String())
	if err != nil {
		return err
	}
	defer s.server.Registry.Store.Close()
	handler, err := s.server.Handler()
	if err != nil {
		return err
	}
	if err := s.welcome(c, listener.Addr().String()); err != nil {
		return err
	}
	return s.serve(c.ctx, listener, handler)
}

// listen takes the port before anything else is done.
func listen(ctx context.Context, address string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("another program listens on %s already; stop it, or choose another address with --listen", address)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("this user may not listen on %s; choose a port above 1023 with --listen", address)
	case err != nil:
		return nil, usagef("--listen: %w", err)
	}
	return l, nil
}

// service is what is about to be served, with the demonstration if there is
// one.
type service struct {
	server  *api.Server
	demo    *demo
	fetcher *fetch.Fetcher // follows revocation lists; nil when none are kept
	checks  *gateways.Checks
	clock   *demoClock // of the demonstration
}

// assemble wires the service.
func (cmd serveCommand) assemble(c *console, address string) (*service, error) {
	log := slog.New(slog.NewJSONHandler(c.err, nil))
	s := &service{}
	if cmd.Demo {
		var err error
		if s.clock, err = newDemoClock(c, cmd.Var); err != nil {
			return nil, fmt.Errorf("demonstration: %w", err)
		}
		c = s.clock.console(c)
		if s.demo, err = prepareDemo(c, cmd.Var, cmp.Or(cmd.BaseURL, "http://"+address)); err != nil {
			return nil, fmt.Errorf("demonstration: %w", err)
		}
		cmd.Trust = append(cmd.Trust, s.demo.trust)
	}
	found, err := cmd.load(c)
	if err != nil {
		return nil, err
	}
	key, keys, err := cmd.keys(c, s.demo)
	if err != nil {
		return nil, err
	}
	verifier, err := judgeFlags{Policy: strictPolicy, responderFlags: cmd.responderFlags}.verifier(c, found)
	if err != nil {
		return nil, err
	}
	key = cmd.guarded(key, verifier)
	for name, k := range keys {
		keys[name] = cmd.guarded(k, verifier)
	}
	if cmd.Lists != "" {
		if s.fetcher, err = cmd.fetcher(c, &found.pool); err != nil {
			return nil, err
		}
	}
	if err := makeFolder(cmd.Var); err != nil {
		return nil, err
	}
	if s.fetcher != nil {
		s.fetcher.OnNew = newListUse(c, &found.lists, cmd.options(), cmd.Var, log).onNew
	}
	db, err := cmd.open(c.ctx, c, filepath.Join(cmd.Var, "tamga.db"))
	if err != nil {
		return nil, err
	}
	if err := cmd.settleAddress(c.ctx, db, address, key); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	book, err := cmd.ruled(c, db)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	sealer, err := cmd.sealer(c, cmd.Var)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	reg := &registry.Registry{
		Store: db, Rulebook: book, Key: key, Verifier: verifier,
		SealKey: sealer, Address: registry.Address{Base: cmd.BaseURL, Demo: cmd.Demo},
	}
	level, err := creation.ParseBaseline(cmd.DocLevel)
	if err != nil {
		return nil, errors.Join(usagef("--document-level: %w", err), db.Close())
	}
	reg.Level = level
	var status func() []fetch.SourceStatus
	if s.fetcher != nil {
		status = s.fetcher.Status
	}
	if s.demo != nil && len(cmd.TSA) == 0 {
		cmd.TSA = []string{"http://" + address + "/tsa"} // its own
	}
	stamping := cmd.client(c, verifier)
	making := servicesOf(found, verifier, stamping)
	reg.Make = func(ctx context.Context, o creation.Order) (creation.Made, error) {
		return creation.Make(ctx, making, o)
	}
	s.server = &api.Server{
		Preservation: api.Preservation{Stamp: making.Stamp, Gather: making.Gather, Required: cmd.TSARequired, Answering: stamping.Answering},
		Lists:        status,
		Registry:     reg, Verifier: reg.Verifier, Keys: keys, BaseURL: cmd.BaseURL, Now: c.now, Log: log, Demo: s.demo != nil,
	}
	if err := cmd.scan(s.server, db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := errors.Join(cmd.offer(s.server), cmd.bound(s.server), cmd.lasting(c, s), cmd.connect(c, cmd, s, address), cmd.tell(c, s, address)); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if err := s.begin(c); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return s, nil
}

// settleAddress finds the address of the service when none was given: the one that
// the register keeps, else where the service listens. A service that can issue
// documents prints none that leads its readers to their own machines, unless it is
// a demonstration.
func (cmd *serveCommand) settleAddress(ctx context.Context, db *store.DB, listens string, key creation.Key) error {
	if cmd.BaseURL == "" && !cmd.Demo {
		kept, err := (&registry.Registry{Store: db}).PrintedAddress(ctx)
		if err != nil {
			return err
		}
		cmd.BaseURL = kept.Base
	}
	if cmd.BaseURL == "" {
		cmd.BaseURL = "http://" + listens
	}
	if key.Signer != nil && !cmd.Demo && registry.Loopback(cmd.BaseURL) {
		return usagef("--base-url: %w: %s; give the address at which the public reaches the service", registry.ErrLoopback, cmd.BaseURL)
	}
	return nil
}

// guarded makes a key refuse to sign when its certificate was revoked, or is
// near its end.
func (cmd serveCommand) guarded(k creation.Key, v *signing.Verifier) creation.Key {
	if k.Signer != nil {
		k.Status, k.Reserve = v, time.Duration(cmd.KeyReserve)*24*time.Hour
	}
	return k
}

// lasting adds the key for receipts, and the demonstration's own timestamp
// authority.
func (cmd serveCommand) lasting(c *console, s *service) error {
	if s.demo != nil {
		s.server.ReceiptKey, s.server.TSA, s.server.OCSP = s.demo.system, s.demo.stamps, s.demo.statuses
		s.demo.pages(c, s)
	}
	if cmd.ReceiptKey == "" {
		return nil
	}
	key, err := loadKey(c, cmd.ReceiptKey, cmd.PasswordFile)
	s.server.ReceiptKey = key
	return err
}

// begin finishes what a crash interrupted, and issues the demonstration's
// documents if they are not there.
func (s *service) begin(c *console) error {
	recoverDocuments(c.ctx, s.server)
	if s.demo == nil {
		return nil
	}
	err := s.demo.populate(c, s.server.Registry)
	if errors.Is(err, pdf.ErrNoEdition) {
		s.demo.silent = err // an edition may be entered while it runs
	} else if err != nil {
		return fmt.Errorf("demonstration: %w", err)
	}
	s.server.Examples = s.demo.numbers
	return nil
}

// keys reads the official's key and those that clients may use. The flags come
// before the demonstration's keys.
func (cmd serveCommand) keys(c *console, d *demo) (creation.Key, map[string]creation.Key, error) {
	var official creation.Key
	keys := map[string]creation.Key{}
	if d != nil {
		official, keys = d.official, d.signers
	}
	if cmd.Key != "" {
		key, err := loadKey(c, cmd.Key, cmd.PasswordFile)
		if err != nil {
			return official, nil, err
		}
		official = key
	}
	for _, path := range cmd.SignKey {
		key, err := loadKey(c, path, cmd.PasswordFile)
		if err != nil {
			return official, nil, err
		}
		name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
		if _, ok := keys[name]; ok {
			return official, nil, usagef("--sign-key: two keys have the name %q", name)
		}
		keys[name] = key
	}
	return official, keys, nil
}

// newServer is a server whose connections have bounds.
func newServer(open *connections, h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: headerTimeout, ReadTimeout: requestTimeout,
		WriteTimeout: requestTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: mostHeadBytes,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn), ConnState: open.follow,
	}
}

// serve answers requests until the context ends, and then lets those at work
// finish.
func (s *service) serve(ctx context.Context, l net.Listener, h http.Handler) error {
	log := s.server.Log
	open := &connections{Listener: l, most: mostConnections}
	// Requests do not end with the signal; Shutdown waits for them.
	server := newServer(open, h, log)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var background sync.WaitGroup
	defer background.Wait()
	background.Go(func() { keepRecovering(ctx, s.server) })
	if s.server.Preservation.Stamp != nil {
		background.Go(func() { keepExtending(ctx, s.server) })
	}
	background.Go(func() { keepCarrying(ctx, s.server) })
	background.Go(func() { keepTelling(ctx, s.server) })
	background.Go(func() { keepReminding(ctx, s.server) })
	if s.server.Attachments.Scan != nil {
		background.Go(func() { keepScanning(ctx, s.server) })
	}
	background.Go(func() { keepGoingOn(ctx, s.server) })
	if s.fetcher != nil {
		background.Go(func() { follow(ctx, s.fetcher, log) })
	}

	failed := make(chan error, 1)
	go func() { failed <- server.Serve(open) }()
	limitMemory(s.server.Memory)
	log.Info("listening", "address", l.Addr().String())
	select {
	case err := <-failed:
		cancel()
		return err
	case <-ctx.Done():
	}
	log.Info("stopping")
	end, stop := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer stop()
	if err := server.Shutdown(end); err != nil {
		return fmt.Errorf("some requests did not finish: %w", errors.Join(err, server.Close()))
	}
	log.Info("stopped")
	return nil
}

// welcome prints where the service is and what to try.
func (s *service) welcome(c *console, address string) error {
	p := &printer{}
	p.line("Tamga listens on %s", address)
	if s.demo != nil {
		s.demo.welcome(p, s.server.BaseURL)
	}
	rules, err := s.server.Registry.Rules(c.ctx)
	if err != nil {
		return err
	}
	for _, w := range rules.Calendar.Warnings(s.server.Now()) {
		p.line("Calendar: %s.", w.Text.EN)
	}
	if s.server.Registry.Key.Signer == nil {
		p.line("No --key: documents can be verified and checked, but not issued.")
	}
	p.line("Stop with Ctrl+C.")
	return p.flush(c.out)
}
