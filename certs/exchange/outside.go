package exchange

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"time"
)

// ErrInside means that an address leads into a network that is not public.
var ErrInside = errors.New("the address leads into a network that is not public")

// Outside returns a client for addresses that strangers wrote, such as those in
// certificates: it connects to public addresses only, and to those of the
// networks given. What a name stands for is looked at when the connection is
// made, so a name that stands for something else the next time gains nothing.
//
// Through a proxy of the environment, what the name stands for is looked up
// before; a name that only the proxy knows is left to the proxy's rules.
func Outside(networks []netip.Prefix) *http.Client {
	g := guard(networks)
	dialer := &net.Dialer{Timeout: 10 * time.Second, Control: g.control}
	direct := &http.Transport{
		DialContext: dialer.DialContext, ForceAttemptHTTP2: true, MaxIdleConns: 16,
		IdleConnTimeout: 30 * time.Second, TLSHandshakeTimeout: 10 * time.Second,
	}
	proxied := direct.Clone()
	proxied.DialContext, proxied.Proxy = (&net.Dialer{Timeout: dialer.Timeout}).DialContext, http.ProxyFromEnvironment
	return &http.Client{Transport: &outside{guard: g, direct: direct, proxied: proxied}}
}

type outside struct {
	guard
	direct, proxied *http.Transport
}

func (o *outside) RoundTrip(req *http.Request) (*http.Response, error) {
	proxy, err := http.ProxyFromEnvironment(req)
	if err != nil {
		return nil, err
	}
	if proxy == nil {
		return o.direct.RoundTrip(req)
	}
	if err := o.look(req); err != nil {
		return nil, err
	}
	return o.proxied.RoundTrip(req)
}

// guard knows the networks that are not public and still may be reached.
type guard []netip.Prefix

// control is asked before each connection, with the address that was found.
func (g guard) control(_, address string, _ syscall.RawConn) error {
	found, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrInside, err)
	}
	return g.check(found.Addr())
}

// look looks up what the name in a request stands for.
func (g guard) look(req *http.Request) error {
	host := strings.TrimSuffix(req.URL.Hostname(), ".")
	if a, err := netip.ParseAddr(host); err == nil {
		return g.check(a)
	}
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return g.check(netip.IPv6Loopback())
	}
	found, err := net.DefaultResolver.LookupNetIP(req.Context(), "ip", host)
	if err != nil {
		return nil // the proxy may know it
	}
	for _, a := range found {
		if err := g.check(a); err != nil {
			return err
		}
	}
	return nil
}

func (g guard) check(a netip.Addr) error {
	a = a.Unmap().WithZone("")
	if slices.ContainsFunc(g, func(p netip.Prefix) bool { return p.Contains(a) }) || public(a) {
		return nil
	}
	return ErrInside
}

// public reports whether an address is of the public internet (IANA registries
// of special-purpose addresses). Of one that stands for an IPv4 address behind
// a translator (RFC 6052), that one counts.
func public(a netip.Addr) bool {
	if translated.Contains(a) {
		b := a.As16()
		a = netip.AddrFrom4([4]byte(b[12:]))
	}
	if a.Is6() && !netip.PrefixFrom(netip.AddrFrom16([16]byte{0: 0x20}), 3).Contains(a) {
		return false
	}
	return !slices.ContainsFunc(special, func(p netip.Prefix) bool { return p.Contains(a) })
}

var translated = netip.MustParsePrefix("64:ff9b::/96")

// special are the networks that are not public, besides those of IPv6 outside
// 2000::/3.
var special = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("10.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"), // shared by providers
	netip.MustParsePrefix("127.0.0.0/8"),
	netip.MustParsePrefix("169.254.0.0/16"), // link-local, and the metadata of clouds
	netip.MustParsePrefix("172.16.0.0/12"),
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"),
	netip.MustParsePrefix("192.168.0.0/16"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("224.0.0.0/4"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("2001::/23"), // among them Teredo, which wraps IPv4
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"), // 6to4, which wraps IPv4
	netip.MustParsePrefix("3fff::/20"),
}
