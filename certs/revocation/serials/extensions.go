package serials

import (
	"bytes"
	"encoding/asn1"

	"tamga/certs/der"
)

// The identifiers of the entry extensions that are processed here, as DER
// contents (RFC 5280 sections 5.3.1 and 5.3.3). The invalidityDate of section
// 5.3.2 is not: it decides nothing, and where it is critical it should.
const (
	idReasonCode        = "\x55\x1d\x15"
	idCertificateIssuer = "\x55\x1d\x1d"
)

// onlyReason is what nearly every crlEntryExtensions begins with: a reasonCode
// that is not critical, alone. The reason is the byte after it.
const onlyReason = "\x30\x0c\x30\x0a\x06\x03" + idReasonCode + "\x04\x03\x0a\x01"

// Limits of what an honest list holds: RFC 5280 knows four entry extensions.
const (
	maxExtensions = 16
	maxCritical   = 64 // kinds over the whole list
	maxIdentifier = 64 // bytes
)

// extensions reads crlEntryExtensions and remembers which critical ones it met
// over all entries.
type extensions struct {
	reason   byte
	issuer   []byte   // value of certificateIssuer, critical or not; nil when absent
	critical [][]byte // identifiers, as DER contents
}

// read looks at the shape of an entry's extensions and finds the reason. It
// returns what is wrong, "" for nothing.
func (x *extensions) read(b []byte) string {
	x.reason, x.issuer = 0, nil
	if len(b) == 0 {
		return ""
	}
	if isOnlyReason(b) {
		x.reason = b[len(onlyReason)]
		return ""
	}
	body, end := element(b, 0, tagSequence)
	if body < 0 || end != len(b) {
		return "extensions are not one SEQUENCE"
	}
	if body == end {
		return "extensions are empty"
	}
	var seen [maxExtensions][]byte
	for n := 0; body < end; n++ {
		if n == maxExtensions {
			return "too many extensions"
		}
		id, next, problem := x.readOne(b[:end], body)
		if problem != "" {
			return problem
		}
		for _, earlier := range seen[:n] {
			if bytes.Equal(earlier, id) {
				return "an extension stands twice"
			}
		}
		seen[n], body = id, next
	}
	return ""
}

func isOnlyReason(b []byte) bool {
	return len(b) == len(onlyReason)+1 && string(b[:len(onlyReason)]) == onlyReason
}

// readOne reads the extension at b[at:] and returns its identifier and where
// it ends.
func (x *extensions) readOne(b []byte, at int) (id []byte, end int, problem string) {
	body, end := element(b, at, tagSequence)
	if body < 0 {
		return nil, 0, "an extension is no SEQUENCE"
	}
	b = b[:end]
	oid, oidEnd := element(b, body, tagOID)
	if oid < 0 {
		return nil, 0, "an extension has no identifier"
	}
	id = b[oid:oidEnd]
	if _, err := der.ParseOID(id); err != nil || len(id) > maxIdentifier {
		return nil, 0, "an extension has a malformed identifier"
	}
	critical := false
	at = oidEnd
	if flag, flagEnd := element(b, at, tagBoolean); flag >= 0 {
		// An explicit FALSE is not DER, but real authorities write it.
		if flagEnd-flag != 1 || b[flag] != 0 && b[flag] != 0xff {
			return nil, 0, "criticality is neither 00 nor FF"
		}
		critical, at = b[flag] != 0, flagEnd
	}
	value, valueEnd := element(b, at, tagOctetString)
	if value < 0 || valueEnd != end {
		return nil, 0, "an extension has no value"
	}
	switch string(id) {
	case idReasonCode:
		code, codeEnd := element(b, value, tagEnumerated)
		if code < 0 || codeEnd != end || codeEnd-code != 1 {
			return nil, 0, "reasonCode is not one ENUMERATED"
		}
		x.reason, critical = b[code], false
	case idCertificateIssuer:
		x.issuer, critical = b[value:end:end], false
	}
	if critical {
		return id, end, x.remember(id)
	}
	return id, end, ""
}

// remember keeps a critical extension's identifier once.
func (x *extensions) remember(id []byte) string {
	for _, have := range x.critical {
		if bytes.Equal(have, id) {
			return ""
		}
	}
	if len(x.critical) == maxCritical {
		return "too many kinds of critical extensions"
	}
	x.critical = append(x.critical, bytes.Clone(id))
	return ""
}

// identifiers returns what was remembered.
func identifiers(contents [][]byte) []asn1.ObjectIdentifier {
	var out []asn1.ObjectIdentifier
	for _, c := range contents {
		if id, err := der.ParseOID(c); err == nil { // remember has seen to it
			out = append(out, id)
		}
	}
	return out
}
