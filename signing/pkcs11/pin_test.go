package pkcs11

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestPINIsNotPrinted(t *testing.T) {
	pin := PIN("8642")
	var out strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb, pin)
		fmt.Fprintf(&out, verb, &pin)
		fmt.Fprintf(&out, verb, struct{ P PIN }{pin})
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "pin", pin)
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "pin", pin, "pins", []PIN{pin})
	b, err := json.Marshal(map[string]PIN{"pin": pin})
	if err != nil {
		t.Fatal(err)
	}
	out.Write(b)
	for _, secret := range []string{"8642", "38363432"} {
		if strings.Contains(strings.ReplaceAll(out.String(), `"time"`, ""), secret) {
			t.Errorf("%s is in %s", secret, out.String())
		}
	}
	if n := strings.Count(out.String(), masked); n != 7*3+1+2+1 {
		t.Errorf("masked %d times in %s", n, out.String())
	}
}

func TestReadPIN(t *testing.T) {
	for text, want := range map[string]string{
		"1234\n": "1234", "1234": "1234", "1234\r\nrest": "1234", " 12 ": " 12 ",
		"": "", "\n": "", strings.Repeat("1", maxPIN+1): "",
	} {
		if got, err := ReadPIN(strings.NewReader(text)); string(got) != want || (err == nil) != (want != "") || err != nil && err.Error() != "read PIN: empty or too long" {
			t.Errorf("%q: %q, %v", text, string(got), err)
		}
	}
}
