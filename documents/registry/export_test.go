package registry

import (
	"context"
	"time"

	"tamga/documents"
)

// Events returns the events of [Registry.History].
func (r *Registry) Events(ctx context.Context, number string) ([]documents.Event, error) {
	life, err := r.History(ctx, number)
	return life.Events, err
}

// StatusAt returns the status of a document at a moment, past or to come, as
// far as the register knows now. Before its number was taken, and for a number
// never taken, that is [ErrNotFound].
func (r *Registry) StatusAt(ctx context.Context, number string, at time.Time) (documents.Status, error) {
	life, err := r.History(ctx, number)
	if err != nil {
		return "", err
	}
	status := life.StatusAt(at)
	if status == "" {
		return "", ErrNotFound
	}
	return status, nil
}
