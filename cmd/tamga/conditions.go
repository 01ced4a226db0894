package main

import (
	"tamga/api/strictjson"
	"tamga/documents"
	"tamga/documents/conditions"
	"tamga/documents/gateways/inbox"
	"tamga/documents/people"
)

// conditionFlags say what programs write by themselves.
type conditionFlags struct {
	Letterhead string `placeholder:"FILE" help:"Who writes the notices that programs send by themselves, as JSON: authority and requisites, each in kk and ru. Without it a step that sends one waits; --demo has its own."`
}

// letterhead is who writes a notice, and where that is found.
type letterhead struct {
	Authority  documents.Text `json:"authority"`
	Requisites documents.Text `json:"requisites"`
}

// decide has a service answer every condition of its applications: log-in, powers,
// files and signatures out of its register, the others by asking the state systems.
// Nobody states what a condition finds, and what nobody can tell is waited for.
func (cmd serveCommand) decide(c *console, s *service) error {
	head, err := cmd.letterhead(c, s.demo != nil)
	if err != nil {
		return err
	}
	book := applicationsOf(s.server)
	s.server.People = &people.Book{
		Store: s.server.Registry.Store, Rulebook: book.Rulebook, Verifier: s.server.Verifier, Address: s.server.BaseURL,
	}
	s.server.Letterhead = documents.Letter{Authority: head.Authority, Requisites: head.Requisites}
	(&conditions.Answers{People: s.server.People, Others: inbox.Asks(s.checks), Letterhead: s.server.Letterhead}).Wire(book)
	return nil
}

// letterhead reads who writes notices; zero where nobody has told.
func (f conditionFlags) letterhead(c *console, demo bool) (head letterhead, err error) {
	switch {
	case f.Letterhead != "":
		raw, err := c.read(f.Letterhead, maxDraft)
		if err != nil {
			return head, err
		}
		if err := strictjson.Decode(raw, &head); err != nil {
			return head, usagef("--letterhead: %w", err)
		}
		for name, text := range map[string]documents.Text{"authority": head.Authority, "requisites": head.Requisites} {
			if text.KK == "" || text.RU == "" {
				return head, usagef("--letterhead: %s is not there in kk and ru", name)
			}
		}
	case demo:
		signer, err := demoSigner()
		return letterhead{signer.Authority, signer.Requisites}, err
	}
	return head, nil
}
