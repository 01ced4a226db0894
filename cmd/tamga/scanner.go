package main

import (
	"context"
	"time"

	"tamga/api"
	"tamga/documents/applications"
	"tamga/documents/attachments"
	"tamga/documents/attachments/clamd"
	"tamga/documents/rulebook"
	"tamga/documents/store"
)

// scannerFlags say which scanner looks at the files of applications.
type scannerFlags struct {
	Scanner      string `placeholder:"ADDRESS" help:"Scanner that looks at the files of applications, in the protocol of clamd: HOST:PORT, or the path of its socket. Without it no file is scanned, and each says so."`
	ScanRequired bool   `name:"scan-required" help:"Let no application go on with a file that the scanner has not found clean. Otherwise the edition of the rules says whether it may while the scanner is away."`
}

// scanEvery is how often the files that wait are looked at.
const scanEvery = 2 * time.Second

// scan gives the service its attachments, with the scanner if there is one.
func (f scannerFlags) scan(s *api.Server, db *store.DB) error {
	s.Attachments = &attachments.Book{Store: db}
	if f.Scanner != "" {
		s.Attachments.Scan = clamd.Scanner{Address: f.Scanner}.Scan
	} else if f.ScanRequired {
		return usagef("--scan-required: there is no --scanner, and no application could go on")
	}
	applicationsOf(s).ScanRequired = f.ScanRequired
	return nil
}

// applicationsOf returns the applications of a service, which are there once.
func applicationsOf(s *api.Server) *applications.Book {
	if s.Applications == nil {
		s.Applications = &applications.Book{Register: s.Registry, Rulebook: s.Registry.Rulebook}
	}
	if s.Applications.Rulebook == nil {
		s.Applications.Rulebook = &rulebook.Book{Store: s.Registry.Store}
	}
	return s.Applications
}

// keepScanning asks the scanner about files that wait for it.
func keepScanning(ctx context.Context, s *api.Server) {
	every(ctx, scanEvery, func() {
		done, err := s.Attachments.ScanWaiting(ctx)
		if err != nil && ctx.Err() == nil {
			s.Log.Error("files that wait cannot be scanned", "error", err)
		}
		if done > 0 {
			s.Log.Info("scanned", "files", done)
		}
	})
}
