package pkcs12

import (
	"bytes"
	"encoding/hex"
	"testing"
)

// The vectors of RFC 2268 section 5, read backwards.
func TestRC2(t *testing.T) {
	const long = "88bca90e90875a7f0f79c384627bafb2"
	for _, v := range []struct {
		key           string
		bits          int
		plain, cipher string
	}{
		{"0000000000000000", 63, "0000000000000000", "ebb773f993278eff"},
		{"ffffffffffffffff", 64, "ffffffffffffffff", "278b27e42e2f0d49"},
		{"3000000000000000", 64, "1000000000000001", "30649edf9be7d2c2"},
		{"88", 64, "0000000000000000", "61a8a244adacccf0"},
		{"88bca90e90875a", 64, "0000000000000000", "6ccf4308974c267f"},
		{long, 64, "0000000000000000", "1a807d272bbe5db1"},
		{long, 128, "0000000000000000", "2269552ab0f85ca6"},
		{long + "16f80a6f85920584c42fceb0be255daf1e", 129, "0000000000000000", "5b78d3a43dfff1f1"},
	} {
		block := fromHex(t, v.cipher)
		newRC2(fromHex(t, v.key), v.bits).decrypt(block)
		if !bytes.Equal(block, fromHex(t, v.plain)) {
			t.Errorf("key %s, %d bits: got %x, want %s", v.key, v.bits, block, v.plain)
		}
	}
}

func TestRC2TableIsAPermutation(t *testing.T) {
	var seen [256]bool
	for i := range len(rc2Table) {
		seen[rc2Table[i]] = true
	}
	for i, ok := range seen {
		if !ok {
			t.Errorf("%#02x is missing", i)
		}
	}
}

func fromHex(t *testing.T, s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
