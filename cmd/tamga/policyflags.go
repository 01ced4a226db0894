package main

import (
	"slices"

	"tamga/api"
	"tamga/signing"
)

// policyFlags say what callers of the service may choose.
type policyFlags struct {
	Policies        []string `name:"policy" sep:"none" placeholder:"NAME" help:"Policy that a verification may choose by name; may be given several times. Default: those under which an application may be decided, kz, kz-applicant and kz-strict. One that chooses none is judged by kz."`
	ReceiptPolicies []string `name:"receipt-policy" sep:"none" placeholder:"NAME" help:"Policy under which receipts are signed; may be given several times. Default: those that may be chosen and are for deciding. Under kz-soft a receipt confirms what nobody knows."`
}

// offer tells the server.
func (f policyFlags) offer(s *api.Server) error {
	var err error
	if s.Policies, err = signing.DecidingPolicies(); err != nil {
		return err
	}
	if len(f.Policies) > 0 {
		s.Policies = nil
	}
	judged := []string{strictPolicy}
	for _, name := range f.Policies {
		p, err := signing.NamedPolicy(name)
		if err != nil {
			return usagef("--policy: %w", err)
		}
		s.Policies = append(s.Policies, p)
	}
	for _, p := range s.Policies {
		judged = append(judged, p.Name)
	}
	for _, name := range f.ReceiptPolicies {
		if !slices.Contains(judged, name) {
			return usagef("--receipt-policy: nothing is judged under %q", name)
		}
	}
	s.ReceiptPolicies = f.ReceiptPolicies
	return nil
}
