package main

import (
	"fmt"
	"path/filepath"

	"tamga/documents/applications"
	"tamga/documents/attachments"
	"tamga/documents/attachments/outline"
)

// applicationAttachCommand attaches a file.
type applicationAttachCommand struct {
	Name           string `arg:"" name:"application" help:"Id or number of the application."`
	File           string `arg:"" help:"The file; - reads standard input, and then --name names it."`
	As             string `name:"name" placeholder:"TEXT" help:"Name of the file for people. Default: its own."`
	Item           string `placeholder:"ID" help:"Document of the edition's list that the file is, such as identity."`
	Replaces       string `placeholder:"ID" help:"Attachment whose place the file takes."`
	IdempotencyKey string `required:"" placeholder:"TEXT" help:"Your own name for this request: asking again with the same one gives the same attachment, never a second."`
	applicationFlags
}

// Help is shown below the flags' list.
func (applicationAttachCommand) Help() string {
	return `What a file is, is judged by its content and not by its name; what in it may act on whoever opens it is told. Once the application is signed or registered its files stay as they are.

Example:
  tamga application attach 5f0c1d2e3a4b5c6d contract.pdf --item agreement --idempotency-key f-1`
}

// mostAttached is above what editions take, in bytes.
const mostAttached = 256 << 20

// Run attaches the file and prints what it is.
func (cmd applicationAttachCommand) Run(c *console) error {
	file, err := c.open(cmd.File, mostAttached)
	if err != nil {
		return err
	}
	defer file.Close()
	name := cmd.As
	if name == "" && cmd.File != "-" {
		name = filepath.Base(cmd.File)
	}
	book, err := cmd.existing(c)
	if err != nil {
		return err
	}
	defer book.Register.Store.Close()
	a, before, err := attachmentsOf(book).Add(c.ctx, attachments.AddRequest{
		Client: cliClient, IdempotencyKey: cmd.IdempotencyKey, Application: cmd.Name, Name: name, Item: cmd.Item, Replaces: cmd.Replaces, File: file.Bytes(),
	})
	if err != nil {
		return explainApplication(err)
	}
	verb := "Attached"
	if before {
		verb = "Attached before under this idempotency key"
	}
	p := &printer{}
	p.line("%s: %s", verb, a.ID)
	p.in(func() { printAttachment(p, a) })
	return p.flush(c.out)
}

func attachmentsOf(book *applications.Book) *attachments.Book {
	return &attachments.Book{Store: book.Register.Store, Terms: book.AttachmentTerms}
}

func printAttachment(p *printer, a attachments.Attachment) {
	p.field("Name", "%s", a.Name)
	p.field("Document", "%s", a.Item)
	p.field("Type", "%s", a.Type)
	p.field("Size", "%d bytes", a.Size)
	p.field("SHA-256", "%s", a.SHA256)
	p.field("Findings", "%s", joinFindings(a.Findings))
	p.field("Scanner", "%s", string(a.Scan))
}

func joinFindings(all []outline.Finding) string {
	text := ""
	for _, f := range all {
		if text != "" {
			text += ", "
		}
		text += string(f)
	}
	return text
}

// applicationFilesCommand lists the files, and takes one out.
type applicationFilesCommand struct {
	Name   string `arg:"" name:"application" help:"Id or number of the application."`
	Remove string `placeholder:"ID" help:"Take this attachment out before the others are listed."`
	applicationFlags
}

// Run prints what the application has.
func (cmd applicationFilesCommand) Run(c *console) error {
	book, err := cmd.existing(c)
	if err != nil {
		return err
	}
	defer book.Register.Store.Close()
	a, err := book.Application(c.ctx, cmd.Name)
	if err != nil {
		return fmt.Errorf("%s: %w", cmd.Name, err)
	}
	files := attachmentsOf(book)
	if cmd.Remove != "" {
		if err := files.Remove(c.ctx, attachments.RemoveRequest{Client: cliClient, Application: a.ID, ID: cmd.Remove}); err != nil {
			return err
		}
	}
	all, err := files.List(c.ctx, a.ID)
	if err != nil {
		return err
	}
	p := &printer{}
	if len(all) == 0 {
		p.line("There are no files.")
	}
	for _, one := range all {
		p.line("%s", one.ID)
		p.in(func() { printAttachment(p, one) })
	}
	return p.flush(c.out)
}
