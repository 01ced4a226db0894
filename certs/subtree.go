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
	local, host, ok := mailbox(address)
	if !ok {
		return false, false
	}
	if base == "" {
		return true, true
	}
	if strings.Contains(base, "@") {
		baseLocal, baseHost, ok := mailbox(base)
		same := local == baseLocal || unquoted(local) == baseLocal
		return same && equalASCII(host, baseHost), ok
	}
	return hostWithin(host, base)
}

// mailbox takes an address apart where every reader must: at its only @, or at
// the one after a quoted text (RFC 5321 section 4.1.2). What stands before it has
// nothing else by which readers see the host in different places.
func mailbox(address string) (local, host string, ok bool) {
	end := strings.IndexByte(address, '@')
	if strings.HasPrefix(address, `"`) {
		if end = quotedEnd(address); end == 0 || end == len(address) || address[end] != '@' {
			return "", "", false
		}
	} else if end <= 0 || strings.ContainsFunc(address[:end], special) {
		return "", "", false
	}
	local, host = address[:end], address[end+1:]
	return local, host, validHost(host)
}

// unquoted is the mailbox that a quoted one is the same as (RFC 5321 section
// 4.1.2): a backslash stands for what follows it.
func unquoted(local string) string {
	s, quoted := strings.CutPrefix(local, `"`)
	if !quoted {
		return local
	}
	s = strings.TrimSuffix(s, `"`)
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// special reports whether a character has no place in a local part that is not
// quoted.
func special(c rune) bool {
	return c <= ' ' || c >= 0x7f || strings.ContainsRune(`()<>[]:;@\,"`, c)
}

// quotedEnd returns where the quoted text ends that s begins with; 0 when it does
// not, or when it has what may not be quoted.
func quotedEnd(s string) int {
	for i := 1; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			return i + 1
		case c == '\\':
			i++ // whatever is next, as long as there is something
		}
		if i == len(s) || s[i] < ' ' || s[i] >= 0x7f {
			return 0
		}
	}
	return 0
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
// with a wildcard is excluded when any name that it stands for is. A base with a
// leading period, which RFC 5280 has for other forms and authorities write here
// too, permits only what has labels added, and excludes the domain as well.
func dnsWithin(name, base string, excluding bool) (inside, ok bool) {
	rest, wildcard := strings.CutPrefix(name, "*.")
	if !validHost(rest) {
		return false, false
	}
	if base == "" {
		return true, true
	}
	base, below := strings.CutPrefix(base, ".")
	if below && !excluding && equalASCII(name, base) {
		return false, validHost(base)
	}
	if !validHost(base) {
		return false, false
	}
	name, base, rest = lowerASCII(name), lowerASCII(base), lowerASCII(rest)
	if name == base || strings.HasSuffix(name, "."+base) {
		return true, true
	}
	if wildcard && excluding {
		label, under := strings.CutSuffix(base, "."+rest)
		return under && !strings.Contains(label, "."), true
	}
	return false, true
}

// uriWithin applies to the host part. An address without a host name, or with
// an IP address in its place, is refused; so is one that is relative, or in which
// the host may be seen in two places.
func uriWithin(address, base string) (inside, ok bool) {
	u, err := url.Parse(address)
	if err != nil || !u.IsAbs() {
		return false, false
	}
	if password, _ := u.User.Password(); strings.Contains(u.User.Username()+password, "@") {
		return false, false
	}
	host := u.Hostname()
	if !validHost(host) || numeric(host[strings.LastIndexByte(host, '.')+1:]) {
		return false, false
	}
	if base == "" {
		return true, true
	}
	return hostWithin(host, base)
}

// numeric reports whether the last label of a host makes it an address of IPv4,
// in one of the ways that browsers read them.
func numeric(label string) bool {
	return label[0] >= '0' && label[0] <= '9' &&
		(strings.Trim(label, "0123456789") == "" || strings.HasPrefix(lowerASCII(label), "0x"))
}

// addressWithin: the base is an address and a mask of its length, of
// contiguous bits. An address of IPv4 that is written as one of IPv6 (RFC 4291
// section 2.5.5) is refused: it is of both families.
func addressWithin(address, base []byte) (inside, ok bool) {
	size := len(address)
	if a, isAddress := netip.AddrFromSlice(address); isAddress && a.Is4In6() {
		return false, false
	}
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
