package main

import (
	"tamga/documents"
	"tamga/documents/applications"
)

// applicationTasksCommand lists what is to be done.
type applicationTasksCommand struct {
	As      []string `required:"" sep:"," placeholder:"ROLE" help:"Whose tasks: EXECUTOR, HEAD and others, which tamga regulation show names."`
	Service []string `sep:"," placeholder:"ID" help:"Only of these services; all when it is left out."`
	Person  string   `placeholder:"NAME" help:"Leave out what was handed to others than this person, by id or by name."`
	After   string   `placeholder:"PLACE" help:"Begin after this place, which the page before has ended with."`
	Limit   int      `default:"50" placeholder:"N" help:"At most so many, 1 to 200."`
	applicationFlags
}

// Help is shown below the flags' list.
func (applicationTasksCommand) Help() string {
	return `What is overdue comes first, then what is due next; last what has no term or is paused. What is due within a day is called soon.

Example:
  tamga application tasks --as EXECUTOR,HEAD --service TEC`
}

// Run prints a line for each task.
func (cmd applicationTasksCommand) Run(c *console) error {
	if cmd.Limit < 1 || cmd.Limit > 200 {
		return usagef("--limit: %d is not from 1 to 200", cmd.Limit)
	}
	book, err := cmd.existing(c)
	if err != nil {
		return err
	}
	defer book.Register.Store.Close()
	list, err := book.Tasks(c.ctx, applications.TasksQuery{
		Roles: cmd.As, Services: cmd.Service, Person: cmd.Person, After: cmd.After, Limit: cmd.Limit,
	})
	if err != nil {
		return err
	}
	p := &printer{}
	if len(list) == 0 {
		p.line("There is nothing to do.")
	}
	for _, t := range list {
		p.line("%s", taskLine(t))
	}
	if n := len(list); n == cmd.Limit {
		p.line("Next: --after %s", list[n-1].After)
	}
	return p.flush(c.out)
}

// taskLine says what is to be done, and until when.
func taskLine(t applications.Task) string {
	name := t.Number
	if name == "" {
		name = t.Application
	}
	text := string(t.State) + "  " + name + "  " + t.Service + " " + t.Step + "  " + t.Role
	if t.Person != "" {
		text += " (" + t.Person + ")"
	}
	switch {
	case !t.PausedUntil.IsZero():
		text += "; paused until " + documents.PrintedMoment(t.PausedUntil)
	case !t.Due.IsZero():
		text += "; due " + documents.PrintedMoment(t.Due)
	}
	return text
}
