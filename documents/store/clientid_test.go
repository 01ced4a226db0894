package store

import (
	"testing"
)

// Text that no key can be is told before the database is asked.
func TestClientID(t *testing.T) {
	const id = "0123456789abcdef"
	for secret, want := range map[string]string{
		secretPrefix + id + "_x": id, secretPrefix + id: "", id + "_x": "", secretPrefix + id[2:] + "_x": "",
		secretPrefix + id + "00_x": "", secretPrefix + "g" + id[1:] + "_x": "", secretPrefix: "",
	} {
		if got, ok := clientID(secret); ok != (want != "") || ok && got != want {
			t.Errorf("%s names the client %q, %t", secret, got, ok)
		}
	}
}
