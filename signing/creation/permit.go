package creation

import (
	"fmt"

	"tamga/signing/pades"
	"tamga/signing/pades/changes"
)

// permitsSigning asks the author of the file and the signatures in it whether a
// further one may be added in a field, before anything is done.
func permitsSigning(doc *pades.Document, field string) error {
	if err := doc.MaySign(field); err != nil {
		return err
	}
	for i := range doc.Signatures {
		s := &doc.Signatures[i]
		if p := changes.PermissionOf(doc, s); p.Level < changes.FormFilling {
			return fmt.Errorf("%w: after signature %s only %v is permitted", ErrForbidden, s.ID, p.Level)
		}
	}
	return nil
}

// permitsRevision compares the revision that was added with what each of the
// older signatures, the first ones of the file, permits. A signature that earlier
// revisions have broken already is a reason to stop too: a further signature
// would cover the damage.
func permitsRevision(after *pades.Document, older int) error {
	for i := range older {
		s := &after.Signatures[i]
		report, err := changes.Since(after, s, changes.Annotations)
		if err != nil {
			return fmt.Errorf("%w: signature %s: %w", ErrForbidden, s.ID, err)
		}
		if !report.Allowed() {
			return fmt.Errorf("%w: signature %s: %v", ErrForbidden, s.ID, report)
		}
	}
	return nil
}
