package api

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// clientAddress returns where a request came from: the peer, and if that is one
// of our own proxies, the hop before it in X-Forwarded-For, from the right, up
// to the first that is not ours. What stands further left anybody may have
// written.
func (v *service) clientAddress(r *http.Request) string {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	last := peer.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for _, hop := range slices.Backward(hops) {
		if !v.ownProxy(last) {
			break
		}
		before, ok := hopAddress(strings.TrimSpace(hop))
		if !ok {
			break // the proxy that wrote it is all that is known
		}
		last = before
	}
	return last.String()
}

func (v *service) ownProxy(a netip.Addr) bool {
	a = a.WithZone("")
	return slices.ContainsFunc(v.Proxies, func(p netip.Prefix) bool { return p.Contains(a) })
}

// hopAddress reads an element of the header: an address, which some proxies
// write with its port or in brackets.
func hopAddress(hop string) (netip.Addr, bool) {
	if a, err := netip.ParseAddr(strings.Trim(hop, "[]")); err == nil {
		return a.Unmap(), true
	}
	if p, err := netip.ParseAddrPort(hop); err == nil {
		return p.Addr().Unmap(), true
	}
	return netip.Addr{}, false
}
