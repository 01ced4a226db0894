package main

import (
	"context"
	"time"

	"tamga/api"
)

// keepRecovering finishes abandoned reservations now and then: the lease of
// one taken just before a crash may still run when the service starts.
func keepRecovering(ctx context.Context, s *api.Server) {
	every(ctx, recoverEvery, func() { recoverDocuments(ctx, s) })
}

// every does something again and again until the context ends.
func every(ctx context.Context, pause time.Duration, do func()) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		do()
	}
}

// keepExtending brings signatures to their level that had to wait for it.
func keepExtending(ctx context.Context, s *api.Server) {
	every(ctx, extendEvery, func() {
		limited, cancel := context.WithTimeout(ctx, extendTime)
		defer cancel()
		done, err := s.ExtendWaiting(limited)
		if err != nil && ctx.Err() == nil {
			s.Log.Error("signatures that wait cannot be extended", "error", err)
		}
		if done > 0 {
			s.Log.Info("extended", "signatures", done)
		}
	})
}

// keepCarrying goes on with applications that came from other systems, and tells these
// what becomes of them.
func keepCarrying(ctx context.Context, s *api.Server) {
	if s.Inbox == nil {
		return
	}
	every(ctx, carryEvery, func() {
		told, err := s.Inbox.CarryOn(ctx)
		if err != nil && ctx.Err() == nil {
			s.Log.Error("applications of other systems do not go on", "error", err)
		}
		if told > 0 {
			s.Log.Info("told other systems", "statuses", told)
		}
	})
}

// keepGoingOn asks again what applications wait for, and lets those go on that are told.
func keepGoingOn(ctx context.Context, s *api.Server) {
	every(ctx, goOnEvery, func() {
		limited, cancel := context.WithTimeout(ctx, goOnTime)
		defer cancel()
		done, err := s.Applications.Retry(limited)
		if err != nil && ctx.Err() == nil {
			s.Log.Error("what applications wait for cannot be asked", "error", err)
		}
		if done > 0 {
			s.Log.Info("applications went on", "answers", done)
		}
	})
}

// recoverDocuments finishes abandoned reservations and logs what became of
// them. A failure, such as a signing certificate that has expired, does not
// keep the service from verifying and checking.
func recoverDocuments(ctx context.Context, s *api.Server) {
	if s.Registry.Key.Signer == nil {
		return
	}
	limited, cancel := context.WithTimeout(ctx, recoverTime)
	defer cancel()
	done, err := s.Registry.Recover(limited)
	if err != nil && ctx.Err() == nil {
		s.Log.Error("nothing can be issued or recovered now", "error", err)
	}
	if len(done.Finished)+len(done.Voided) > 0 {
		s.Log.Info("recovered", "finished", done.Finished, "voided", done.Voided)
	}
	if len(done.Signed) > 0 {
		s.Log.Info("records of void numbers signed", "numbers", done.Signed)
	}
	if len(done.Unsigned) > 0 {
		s.Log.Warn("records of void numbers wait for a key that signs them", "numbers", done.Unsigned)
	}
	for _, w := range done.Waiting {
		s.Log.Warn("a reserved document waits", "number", w.Number, "error", w.Err)
	}
}
