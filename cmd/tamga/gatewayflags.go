package main

import (
	"errors"
	"time"

	"tamga/api"
	"tamga/documents/gateways"
	"tamga/documents/gateways/inbox"
	"tamga/jsonfile"
)

// gatewayFlags say which state systems are asked, and for how long.
type gatewayFlags struct {
	Gateways        string `placeholder:"FILE" help:"File of the state systems that are asked (docs/gateways.md). Without it none are, and conditions that ask them wait; --demo has its own."`
	GatewayKey      string `name:"gateway-key" placeholder:"FILE" help:"Key that messages to state systems are signed with; default: that of --receipt-key."`
	GatewayTimeout  int64  `name:"gateway-timeout" default:"10" placeholder:"SECONDS" help:"Time for one attempt to ask a state system (default: 10)."`
	GatewayDeadline *int64 `name:"gateway-deadline" placeholder:"SECONDS" help:"Time for all attempts together (default: 30; for the systems of a demonstration 3)."`
}

// maxGateways is above any file of state systems, in bytes.
const maxGateways = 1 << 20

// gatewaySettings is the file of the state systems.
type gatewaySettings struct {
	Sender  string          `json:"sender"` // our name among them
	Peers   []gateways.Peer `json:"peers"`
	Senders []inbox.Sender  `json:"senders"` // that send messages to us
}

// demoGatewaysPrefix is where the demonstration's register answers.
const demoGatewaysPrefix = "/demo/gateways"

// connect sets up the state systems: those of the file, or the demonstration's own.
func (f gatewayFlags) connect(c *console, cmd serveCommand, s *service, address string) error {
	deadline := f.deadline(cmd.Demo)
	for name, value := range map[string]int64{"--gateway-timeout": f.GatewayTimeout, "--gateway-deadline": deadline} {
		if value < 1 || value > 600 {
			return usagef("%s: %d is not between 1 and 600", name, value)
		}
	}
	caller := &gateways.Caller{
		Key: s.server.ReceiptKey, Make: s.server.Registry.Make, Verifier: s.server.Verifier, Now: c.now,
		Timeout: time.Duration(f.GatewayTimeout) * time.Second, Deadline: time.Duration(deadline) * time.Second,
	}
	if f.GatewayKey != "" {
		key, err := loadKey(c, f.GatewayKey, cmd.PasswordFile)
		if err != nil {
			return err
		}
		caller.Key = cmd.guarded(key, s.server.Verifier)
	}
	settings, err := f.settings(c, s, address)
	if err != nil {
		return err
	}
	if len(settings.Peers)+len(settings.Senders) > 0 && caller.Key.Signer == nil {
		return usagef("--gateways: messages are signed; give --gateway-key or --receipt-key")
	}
	caller.Sender = settings.Sender
	checks, err := connectPeers(caller, settings.Peers, s.server)
	if err != nil {
		return err
	}
	s.checks = checks
	if err := cmd.decide(c, s); err != nil {
		return err
	}
	if len(settings.Senders) == 0 {
		return nil
	}
	s.server.Inbox = &inbox.Box{Caller: caller, Applications: s.server.Applications, Bills: checks.Bills}
	if err := s.server.Inbox.Know(settings.Senders...); err != nil {
		return usagef("--gateways: %w", err)
	}
	return nil
}

// deadline is how long a state system is asked altogether, in seconds.
func (f gatewayFlags) deadline(demo bool) int64 {
	switch {
	case f.GatewayDeadline != nil:
		return *f.GatewayDeadline
	case demo && f.Gateways == "":
		return 3 // so that nobody who tries an outage waits long
	}
	return 30
}

// settings reads the file, or sets up the demonstration's register.
func (f gatewayFlags) settings(c *console, s *service, address string) (in gatewaySettings, err error) {
	if s.demo != nil {
		register := s.demo.gateways(s.server.Registry.Make, s.server.Verifier, c.second())
		register.Now, register.Forward = c.now, s.clock.forward
		s.server.DemoGateways = register
	}
	if f.Gateways != "" {
		raw, err := c.read(f.Gateways, maxGateways)
		if err != nil {
			return in, err
		}
		if err := jsonfile.Read(raw, &in); err != nil {
			return in, usagef("--gateways: %w", err)
		}
		return in, nil
	}
	if s.demo == nil {
		return in, nil
	}
	in.Sender = "tamga-demo"
	for i, system := range gateways.Systems() {
		form := []gateways.Form{gateways.FormJSON, gateways.FormSOAP}[i%2]
		in.Peers = append(in.Peers, gateways.Peer{
			System: system, Form: form, Address: "http://" + address + demoGatewaysPrefix + "/" + string(system) + "/" + string(form),
			Service: string(system) + "_SYNC", BIN: demoBIN,
		})
	}
	return in, nil
}

// connectPeers connects each system once, and returns what asks them.
func connectPeers(caller *gateways.Caller, peers []gateways.Peer, s *api.Server) (*gateways.Checks, error) {
	seen := map[gateways.System]bool{}
	var clients []*gateways.Client
	s.Bills = &gateways.Bills{Store: s.Registry.Store}
	s.Consents = &gateways.Consents{Store: s.Registry.Store, Verifier: s.Verifier}
	checks := &gateways.Checks{Bills: s.Bills, Consents: s.Consents}
	for _, p := range peers {
		client, err := caller.Connect(p)
		if err == nil && seen[p.System] {
			err = errors.New("a system stands twice")
		}
		if err != nil {
			return nil, usagef("--gateways: %w", err)
		}
		seen[p.System], clients = true, append(clients, client)
		switch p.System {
		case gateways.SystemPersons:
			checks.Persons = client
		case gateways.SystemOrganisations:
			checks.Organisations = client
		case gateways.SystemNotaries:
			s.Notaries = client
		case gateways.SystemPayments:
			checks.Bills.Gateway = client
		}
	}
	s.Gateways = func() []gateways.State {
		states := []gateways.State{}
		for _, client := range clients {
			states = append(states, client.State())
		}
		return states
	}
	return checks, nil
}
