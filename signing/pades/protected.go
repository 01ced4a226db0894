package pades

import (
	"errors"
	"fmt"
	"slices"
)

// ErrProtected means that the author of an encrypted PDF permits no signature in it to
// those who open it without his password. Nothing in the encryption enforces this, but
// programs shall respect it (ISO 32000-1, 7.6.3.1), and those that people know, Acrobat
// among them, do.
var ErrProtected = errors.New("the author of the encrypted PDF does not permit it")

// What /P permits (7.6.4.2, table 22).
const (
	permitModify    = 1 << 3
	permitAnnotate  = 1 << 5
	permitFillForms = 1 << 8
)

// MaySign says whether the author of an encrypted file lets those who open it without
// his password sign the empty field of a name, or else put a new one into it; if not,
// it returns an [ErrProtected]. Evidence needs no leave: it keeps what is there, and
// shows nothing.
func (d *Document) MaySign(field string) error {
	e := d.encryption
	if e == nil {
		return nil
	}
	annotate := e.permissions&permitAnnotate != 0
	u := &increment{doc: d, newest: len(d.Revisions) - 1}
	fields, err := u.formFields()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnsound, err)
	}
	what, permitted := "new signature fields", annotate && e.permissions&permitModify != 0
	if field != "" && slices.ContainsFunc(fields, func(f formField) bool { return f.name == field }) {
		what, permitted = "signing its fields", annotate || e.revision >= 3 && e.permissions&permitFillForms != 0
	}
	if !permitted {
		return fmt.Errorf("%w: /P does not include %s; a detached CMS over the file needs no leave", ErrProtected, what)
	}
	return nil
}
