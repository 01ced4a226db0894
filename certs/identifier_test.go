package certs_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"tamga/certs"
)

func TestParseIdentifier(t *testing.T) {
	for s, want := range map[string]error{
		"PASDE-C01X00T47": nil, "IDCBE-590082394654": nil, "PNOEE-38001085718": nil, "TINFR-1": nil,
		"NTRDE-HRB 86891": nil, "VATBE-0876866142": nil, "PASDE-" + strings.Repeat("1", 100): nil,
		"PASDE-" + strings.Repeat("1", 101): certs.ErrIdentifier, "": certs.ErrIdentifier, "PASDE": certs.ErrIdentifier, "PASDE-": certs.ErrIdentifier,
		"PASDE- ": certs.ErrIdentifier, "PASDE---": certs.ErrIdentifier, "pasDE-1": certs.ErrIdentifier, "PASDEU-1": certs.ErrIdentifier,
		"ABCDE-1": certs.ErrIdentifier, "EI:SE-200007292386": certs.ErrIdentifier, "IIN900701300108": certs.ErrIdentifier, " PASDE-1": certs.ErrIdentifier,
		"PASDE-1\n": certs.ErrIdentifier,
	} {
		if n, err := certs.ParseIdentifier(s); !errors.Is(err, want) || err == nil && string(n) != s {
			t.Errorf("%q: %q, %v", s, string(n), err)
		}
	}
	for n, want := range map[certs.Identifier]string{"PASDE-C01X00T47": "PASDE-•••••••47", "PASDE-C01X0": "PASDE-•••••", "PASDE-C01X00": "PASDE-••••00", "": ""} {
		if got := fmt.Sprint(n); got != want {
			t.Errorf("by accident it says %q, want %q", got, want)
		}
	}
}

// Identifiers of one kind and country agree or differ; others tell nothing.
func TestMatch(t *testing.T) {
	for _, c := range []struct {
		has  string
		asks certs.Identifier
		want certs.Match
	}{
		{"PASDE-C01X00T47", "PASDE-C01X00T47", certs.MatchAgrees}, {"PASDE-C01X00T47", "PASDE-c01x 00-t47", certs.MatchAgrees},
		{"PASDE-C01X00T47", "PASDE-C01X00T48", certs.MatchDiffers}, {"PASDE-C01X00T47", "PASAT-C01X00T47", certs.MatchUntold},
		{"PASDE-C01X00T47", "IDCDE-C01X00T47", certs.MatchUntold}, {"PASDE-1 PASDE-2", "PASDE-2", certs.MatchAgrees},
		{"PASDE-2 PASDE-1", "PASDE-2", certs.MatchAgrees}, {"PASDE-1 PASAT-2", "PASAT-2", certs.MatchAgrees}, {"", "PASDE-1", certs.MatchUntold},
		{"PASDE-1", "", certs.MatchUntold}, {"", "", certs.MatchUntold}, {"PASDE", "PASDE", certs.MatchUntold},
	} {
		if got := (certs.Identity{Identifiers: strings.Fields(c.has)}).Match(c.asks); got != c.want {
			t.Errorf("%q asked for %q: %d, want %d", c.has, string(c.asks), got, c.want)
		}
	}
}
