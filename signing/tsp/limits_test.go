package tsp

import (
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"tamga/certs"
	"tamga/certs/der"
)

// Each limit at its last value and one beyond; what is said is what is wrong.
func TestLimits(t *testing.T) {
	response := func(s StatusInfo) error {
		s.Status = Rejection
		_, err := ParseResponse(Response{Status: s}.DER())
		return err
	}
	genTime := func(digits int) error {
		_, err := readGenTime(der.NewReader(der.Encode(der.GeneralizedTime, []byte("20260601120000."+strings.Repeat("1", digits)+"Z"))))
		return err
	}
	accuracy := func(millis int64) error {
		_, err := readAccuracy(der.NewReader(der.Sequence(small(0, millis))))
		return err
	}
	token := func(size int) error { _, err := ParseToken(der.Octets(make([]byte, size-5))); return err }
	answer := func(size int) error { _, err := ParseResponse(der.Octets(make([]byte, size-5))); return err }
	for _, test := range []struct {
		name string
		err  error
		said string // empty: accepted
	}{
		{"a fraction of 32 digits", genTime(32), ""},
		{"a fraction of 33 digits", genTime(33), errGenTime.Error()},
		{"999 milliseconds", accuracy(999), ""},
		{"1000 milliseconds", accuracy(1000), errAccuracy.Error()},
		{"no millisecond", accuracy(0), ""},
		{"a millisecond before", accuracy(-1), errAccuracy.Error()},
		{"sixteen texts", response(StatusInfo{Text: slices.Repeat([]string{"x"}, 16)}), ""},
		{"seventeen texts", response(StatusInfo{Text: slices.Repeat([]string{"x"}, 17)}), "statusString"},
		{"a text of 4096 bytes", response(StatusInfo{Text: []string{strings.Repeat("x", 4096)}}), ""},
		{"a text of 4097 bytes", response(StatusInfo{Text: []string{strings.Repeat("x", 4097)}}), "statusString"},
		{"failure 31", response(StatusInfo{Failures: []Failure{31}}), ""},
		{"failure 32", response(StatusInfo{Failures: []Failure{32}}), "failInfo"},
		{"a token of 4 MiB", token(4 << 20), "not a CMS SignedData"},
		{"a larger token", token(4<<20 + 1), "token is too large"},
		{"a response of 4 MiB", answer(4 << 20), "another element was expected"},
		{"a larger response", answer(4<<20 + 1), "response is too large"},
	} {
		if (test.err == nil) != (test.said == "") || test.err != nil && !strings.Contains(test.err.Error(), test.said) {
			t.Errorf("%s: %v, want %q", test.name, test.err, test.said)
		}
	}
}

// Every piece of a message that is wrong by itself, and what is said of it.
func TestMessagesAreRefusedForTheirReason(t *testing.T) {
	imprint := NewImprint(certs.SHA256, []byte("x")).DER()
	number := func(n int64) []byte { return der.Int(big.NewInt(n)) }
	request := func(parts ...[]byte) error { _, err := ParseRequest(der.Sequence(parts...)); return err }
	response := func(parts ...[]byte) error { _, err := ParseResponse(der.Sequence(parts...)); return err }
	info := func(parts ...[]byte) error { _, err := ParseTSTInfo(der.Sequence(parts...)); return err }
	status := func(parts ...[]byte) error { return response(der.Sequence(parts...)) }
	cut := []byte{0x30, 5}
	oid, at := der.OID(policy), genTime(time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
	for _, test := range []struct {
		name string
		err  error
		said string
	}{
		{"request", request(number(1), imprint), ""},
		{"request of version 2", request(number(2), imprint), "request of an unknown version"},
		{"request of version 0", request(number(0), imprint), "request of an unknown version"},
		{"request without imprint", request(number(1)), "messageImprint"},
		{"request with a padded nonce", request(number(1), imprint, []byte{2, 2, 0, 1}), "nonce"},
		{"request with a doubtful certReq", request(number(1), imprint, []byte{1, 1, 2}), "certReq"},
		{"request with a doubtful policy", request(number(1), imprint, []byte{6, 1, 0x80}), "reqPolicy"},
		{"request with more", request(number(1), imprint, der.NullValue()), "request: "},
		{"status 5", status(number(5)), ""},
		{"status 6", status(number(6)), "unknown status"},
		{"no status", response(number(1)), "status"},
		{"status with cut texts", status(number(2), der.Sequence(cut)), "response: "},
		{"status with a number for a text", status(number(2), der.Sequence(number(1))), "statusString"},
		{"status with odd bits", status(number(2), der.Encode(der.BitString, []byte{8, 0})), "failInfo"},
		{"status with more", status(number(2), der.NullValue()), "status"},
		{"response with more", response(der.Sequence(number(2)), der.NullValue()), "response: "},
		{"granted without token", status(number(0)), "contradict"},
		{"rejected with token", response(der.Sequence(number(2)), der.Sequence()), "contradict"},
		{"granted with changes", response(der.Sequence(number(1)), der.Sequence()), ""},
		{"TSTInfo", info(number(1), oid, imprint, number(7), at), ""},
		{"TSTInfo of version 2", info(number(2), oid, imprint, number(7), at), "version"},
		{"TSTInfo without policy", info(number(1), imprint, number(7), at), "policy"},
		{"TSTInfo without imprint", info(number(1), oid, number(7), at), "messageImprint"},
		{"TSTInfo without serial number", info(number(1), oid, imprint, at), "serialNumber"},
		{"TSTInfo without time", info(number(1), oid, imprint, number(7)), "genTime"},
		{"TSTInfo with a doubtful ordering", info(number(1), oid, imprint, number(7), at, []byte{1, 1, 2}), "ordering"},
		{"TSTInfo with more", info(number(1), oid, imprint, number(7), at, der.NullValue()), "TSTInfo"},
	} {
		if (test.err == nil) != (test.said == "") || test.err != nil && (!errors.Is(test.err, ErrMalformed) || !strings.Contains(test.err.Error(), test.said)) {
			t.Errorf("%s: %v, want %q", test.name, test.err, test.said)
		}
	}
}

// The words for every status and failure that the standard has, and for those
// that it has not.
func TestWords(t *testing.T) {
	names := []string{"granted", "grantedWithMods", "rejection", "waiting", "revocationWarning", "revocationNotification", "status 6"}
	for s, want := range names {
		if got := Status(s).String(); got != want || (StatusInfo{Status: Status(s)}).Granted() != (s < 2) {
			t.Errorf("status %d is %s", s, got)
		}
	}
	failures := map[Failure]string{
		0: "badAlg", 1: "failure 1", 2: "badRequest", 5: "badDataFormat", 14: "timeNotAvailable", 15: "unacceptedPolicy",
		16: "unacceptedExtension", 17: "addInfoNotAvailable", 18: "failure 18", 25: "systemFailure",
	}
	for f, want := range failures {
		if got := f.String(); got != want {
			t.Errorf("failure %d is %s", int(f), got)
		}
	}
	if got := Status(-1).String(); got != "status -1" {
		t.Errorf("status -1 is %s", got)
	}
	s := StatusInfo{Status: Rejection, Failures: []Failure{BadAlg, SystemFailure}, Text: []string{"жоқ", "no"}}
	if got := s.String(); got != `rejection, badAlg, systemFailure: "жоқ; no"` {
		t.Errorf("said %s", got)
	}
}
