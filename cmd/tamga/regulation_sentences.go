package main

import (
	"slices"

	"tamga/documents"
	"tamga/documents/regulation"
)

// regulationSentencesCommand prints sentences.
type regulationSentencesCommand struct {
	regulationFlags
	Edition string `placeholder:"ID" help:"The edition; without it those in force on the day. One that is not is told to be a specimen."`
	On      string `placeholder:"2006-01-02" help:"The day of signing; without it today."`
}

// Run prints the sentences of each edition with its appeal and hearing.
func (cmd regulationSentencesCommand) Run(c *console) error {
	on := documents.CivilDate(c.now())
	if cmd.On != "" {
		var err error
		if on, err = documents.ParseDate(cmd.On); err != nil {
			return usagef("--on: %w", err)
		}
	}
	law, err := cmd.compile(c)
	if err != nil {
		return err
	}
	if _, known := law.Edition(cmd.Edition); cmd.Edition != "" && !known {
		return usagef("there is no edition %q; tamga regulation list names them", cmd.Edition)
	}
	p := &printer{}
	for _, e := range law.Editions() {
		inForce := e.InForce(on)
		if cmd.Edition != "" && e.ID != cmd.Edition || cmd.Edition == "" && !inForce {
			continue
		}
		mark := ""
		if !inForce {
			mark = " [" + cmd.say(regulation.SpecimenLabel()) + "]"
		}
		p.line("%s%s", e.Version(), mark)
		p.in(func() { cmd.sentences(p, e, on) })
	}
	return p.flush(c.out)
}

func (cmd regulationSentencesCommand) sentences(p *printer, e *regulation.Edition, on documents.Date) {
	var keys []string
	for _, s := range e.Sentences {
		keys = append(keys, s.Key)
	}
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		if s, ok := e.Sentence(key, on); ok {
			p.line("%s:%s", key, cmd.draft(s.Source))
			p.in(func() { p.wrapped("", cmd.say(s.Text)) })
		}
	}
	p.line("appeal:%s", cmd.draft(e.Appeal.Source))
	p.in(func() { p.wrapped("", cmd.say(e.Appeal.Sentence)) })
	if h := e.Hearing; h != nil {
		p.line("hearing:%s", cmd.draft(h.Source))
		p.in(func() { p.wrapped("", cmd.say(h.Sentence)) })
	}
}
