package main

import (
	"net/netip"
	"strings"

	"tamga/api"
)

// loadFlags say what the service lets strangers cost it.
type loadFlags struct {
	TrustedProxy []string `name:"trusted-proxy" sep:"none" placeholder:"NETWORK" help:"Network (10.0.0.0/24) or address of our own reverse proxy, whose X-Forwarded-For says where a request came from; may be given several times. Nobody's is believed by default."`
}

// bound sets the limits of the service.
func (f loadFlags) bound(s *api.Server) error {
	var err error
	s.Proxies, err = networks("--trusted-proxy", f.TrustedProxy)
	return err
}

// networks reads networks and single addresses.
func networks(flag string, texts []string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, text := range texts {
		if !strings.Contains(text, "/") {
			a, err := netip.ParseAddr(text)
			if err != nil {
				return nil, usagef("%s: %q is neither a network nor an address", flag, text)
			}
			all = append(all, netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return nil, usagef("%s: %q is no network", flag, text)
		}
		all = append(all, p.Masked())
	}
	return all, nil
}
