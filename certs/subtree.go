package certs

import (
	"net/netip"
	"net/url"
	"strings"
)

// The functions here compare one name with the base of one subtree (RFC 5280
// section 4.2.1.10). The second result is false when either is not what its
// form asks for, so that no answer can be given.

// emailWithin: the base is one mailbox, all mailboxes of a host, or with a
// leading period those of all hosts of a domain. The part before the @ is
// compared exactly (RFC 5280 section 7.5).
func emailWithin(address, base string) (inside, ok bool) {
	at := strings.LastIndexByte(address, '@')
	if at <= 0 || !validHost(address[at+1:]) || !ascii(address) {
		return false, false
	}
	if base == "" {
		return true, true
	}
	if i := strings.LastIndexByte(base, '@'); i >= 0 {
		host := base[i+1:]
		return address[:at] == base[:i] && equalASCII(address[at+1:], host), i > 0 && validHost(host)
	}
	return hostWithin(address[at+1:], base)
}

// hostWithin is what mailboxes and addresses have in common: a base without a
// leading period is one host, with it all hosts below.
func hostWithin(host, base string) (inside, ok bool) {
	domain, below := strings.CutPrefix(base, ".")
	if !validHost(domain) {
		return false, false
	}
	if !below {
		return equalASCII(host, base), true
	}
	return strings.HasSuffix(lowerASCII(host), lowerASCII(base)), true
}

// dnsWithin: the base and everything that has labels added on its left. A name
// with a wildcard is excluded when any name that it stands for is.
func dnsWithin(name, base string, excluding bool) (inside, ok bool) {
	rest, wildcard := strings.CutPrefix(name, "*.")
	if !validHost(rest) {
		return false, false
	}
	if base == "" {
		return true, true
	}
	if !validHost(base) {
		return false, false
	}
	name, base, rest = lowerASCII(name), lowerASCII(base), lowerASCII(rest)
	if name == base || strings.HasSuffix(name, "."+base) {
		return true, true
	}
	if wildcard && excluding {
		label, below := strings.CutSuffix(base, "."+rest)
		return below && !strings.Contains(label, "."), true
	}
	return false, true
}

// uriWithin applies to the host part. An address without a host name, or with
// an IP address in its place, is refused.
func uriWithin(address, base string) (inside, ok bool) {
	u, err := url.Parse(address)
	if err != nil {
		return false, false
	}
	host := u.Hostname()
	if _, err := netip.ParseAddr(host); err == nil || !validHost(host) {
		return false, false
	}
	if base == "" {
		return true, true
	}
	return hostWithin(host, base)
}

// addressWithin: the base is an address and a mask of its length, of
// contiguous bits.
func addressWithin(address, base []byte) (inside, ok bool) {
	size := len(address)
	if size != 4 && size != 16 || len(base) != 8 && len(base) != 32 {
		return false, false
	}
	half := len(base) / 2
	for i, ended := 0, false; i < 8*half; i++ {
		set := base[half+i/8]&(0x80>>(i%8)) != 0
		if set && ended {
			return false, false
		}
		ended = ended || !set
	}
	if size != half {
		return false, true // the other family
	}
	for i, b := range address {
		if (b^base[i])&base[half+i] != 0 {
			return false, true
		}
	}
	return true, true
}

// validHost reports whether s is a host name: labels of letters, digits,
// hyphens and underscores, which certificates do have.
func validHost(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 {
			return false
		}
		for _, c := range []byte(label) {
			if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '_' {
				return false
			}
		}
	}
	return true
}

func ascii(s string) bool {
	for _, c := range []byte(s) {
		if c >= 0x80 {
			return false
		}
	}
	return true
}
