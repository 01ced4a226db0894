package registry

import (
	"context"
	"errors"
	"time"

	"tamga/documents"
	"tamga/documents/store"
)

// checkLinks refuses, as a *documents.InvalidError, a document that rests on another
// one which the register does not have, which is not in force, or which says
// something else. It is asked when the number is taken and again when the document
// comes into force: the other one may have been withdrawn in between.
func checkLinks(ctx context.Context, tx *store.Tx, draft documents.Draft, now time.Time) error {
	number, field := draft.RestsOn()
	if number == "" {
		return nil
	}
	rec, life, err := locked(ctx, tx, number)
	switch {
	case errors.Is(err, ErrNotFound):
		return refusedField(draft, field, documents.CodeUnknown, "the register has no such document")
	case err != nil:
		return err
	case life.StatusAt(now) != documents.StatusInForce:
		return refusedField(draft, field, documents.CodeStatus, "is not in force")
	case rec.Content.Conclusion == nil:
		return refusedField(draft, field, documents.CodeNumber, "is not the number of a conclusion")
	}
	return draft.CheckConclusion(*rec.Content.Conclusion)
}
