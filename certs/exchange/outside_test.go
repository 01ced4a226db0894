package exchange

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

// The first and last address of each network that is not public, and their
// neighbours outside it.
func TestPublic(t *testing.T) {
	for _, c := range []struct{ before, first, last, after string }{
		{"", "0.0.0.0", "0.255.255.255", "1.0.0.0"},
		{"9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"},
		{"100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"},
		{"126.255.255.255", "127.0.0.1", "127.255.255.255", "128.0.0.0"},
		{"169.253.255.255", "169.254.169.254", "169.254.255.255", "169.255.0.0"},
		{"172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"},
		{"191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"},
		{"192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"},
		{"198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"},
		{"223.255.255.255", "224.0.0.0", "255.255.255.255", ""},
		{"", "::", "::1", ""},
		{"", "::ffff:127.0.0.1", "::ffff:10.1.2.3", "::ffff:11.0.0.1"},
		{"", "64:ff9b::7f00:1", "64:ff9b::a01:203", "64:ff9b::808:808"},
		{"", "64:ff9b:1::1", "64:ff9b:1::a00:1", ""},
		{"", "fc00::", "fdff:ffff::1", ""},
		{"", "fe80::1", "fe80::1%eth0", ""},
		{"", "fec0::1", "ff02::1", ""},
		{"2000:ffff::1", "2001::1", "2001:1ff:ffff::1", "2001:200::1"},
		{"2001:db7::1", "2001:db8::", "2001:db8:ffff::1", "2001:db9::1"},
		{"2001:ffff::1", "2002:7f00:1::1", "2002:ffff::1", "2003::1"},
		{"3ffe::1", "4000::1", "1fff::1", "2606:4700::1111"},
	} {
		for address, want := range map[string]error{c.before: nil, c.first: ErrInside, c.last: ErrInside, c.after: nil} {
			if address == "" {
				continue
			}
			if err := (guard{}).check(netip.MustParseAddr(address)); !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", address, err, want)
			}
		}
	}
}

// A private network is reached only where it is configured, by whatever name,
// and a redirect is a new connection.
func TestOutside(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "inside")
	}))
	defer s.Close()
	port := netip.MustParseAddrPort(s.Listener.Addr().String()).Port()
	hosts := []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0"}
	for _, host := range hosts {
		address := "http://" + host + ":" + netip.AddrPortFrom(netip.IPv4Unspecified(), port).String()[len("0.0.0.0:"):]
		if res, err := Outside(nil).Get(address); !errors.Is(err, ErrInside) {
			t.Errorf("%s: %v", host, err)
			if err == nil {
				res.Body.Close()
			}
		}
	}
	near := Outside([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")})
	res, err := near.Get(s.URL)
	if err != nil {
		t.Fatalf("a network that is configured: %v", err)
	}
	res.Body.Close()
	elsewhere := Outside([]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")})
	if _, err := elsewhere.Get(s.URL); !errors.Is(err, ErrInside) {
		t.Errorf("where another network is configured: %v", err)
	}
	away := httptest.NewServer(http.RedirectHandler("http://169.254.169.254/latest/meta-data", http.StatusFound))
	defer away.Close()
	if _, err := near.Get(away.URL); !errors.Is(err, ErrInside) {
		t.Errorf("redirected to the metadata of a cloud: %v", err)
	}
}

// Through a proxy of the environment the name is looked up before.
func TestOutsideThroughProxy(t *testing.T) {
	for url, want := range map[string]error{
		"http://10.0.0.1/": ErrInside, "http://localhost/": ErrInside, "http://a.localhost./": ErrInside,
		"http://[::1]/": ErrInside, "http://8.8.8.8/": nil, "http://name.invalid/": nil,
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := (guard{}).look(req); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", url, err, want)
		}
	}
}
