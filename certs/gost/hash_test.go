package gost

import (
	"bytes"
	"encoding/hex"
	"hash"
	"testing"
)

var hashes = map[string]func() hash.Hash{
	"34.311": New34311, "Streebog-256": NewStreebog256, "Streebog-512": NewStreebog512,
}

// TestHashes compares the hashes with published values (testdata/README.md).
func TestHashes(t *testing.T) {
	var vectors []map[string]string
	readJSON(t, "testdata/hashes.json", &vectors)
	for _, v := range vectors {
		message := unhex(t, v["message"])
		for name := range hashes {
			if want := v[name]; want != "" {
				t.Run(name+" "+v["name"], func(t *testing.T) { checkHash(t, name, message, want) })
			}
		}
	}
}

// checkHash requires the digest of message to be want (hexadecimal), however
// the message is cut.
func checkHash(t *testing.T, name string, message []byte, want string) {
	t.Helper()
	h := hashes[name]()
	for _, chunk := range []int{len(message) + 1, 1, 7, 31, 32, 33, 63, 64, 65} {
		h.Reset()
		for rest := message; len(rest) > 0; {
			n, err := h.Write(rest[:min(chunk, len(rest))])
			if err != nil || n != min(chunk, len(rest)) {
				t.Fatalf("Write = %d, %v", n, err)
			}
			h.Sum(nil) // must not disturb
			rest = rest[n:]
		}
		if got := hex.EncodeToString(h.Sum(nil)); got != want {
			t.Errorf("in chunks of %d: %s, want %s", chunk, got, want)
		}
	}
}

// TestHashLengths writes messages of every length around the block sizes in
// one piece and in two, and checks what hash.Hash promises.
func TestHashLengths(t *testing.T) {
	message := make([]byte, 300)
	for i := range message {
		message[i] = byte(i*i + 0xe7)
	}
	for name, newHash := range hashes {
		seen := map[string]int{}
		for n := range message {
			whole := newHash()
			whole.Write(message[:n])
			prefix := []byte("prefix")
			sum := whole.Sum(prefix)
			if !bytes.HasPrefix(sum, prefix) || len(sum) != len(prefix)+whole.Size() {
				t.Fatalf("%s: Sum does not append %d bytes", name, whole.Size())
			}
			if m, again := seen[string(sum)]; again {
				t.Errorf("%s: lengths %d and %d have the same digest", name, m, n)
			}
			seen[string(sum)] = n

			parts := newHash()
			parts.Write(message[:n/3])
			parts.Write(message[n/3 : n])
			if !bytes.Equal(parts.Sum(prefix), sum) {
				t.Errorf("%s: %d bytes in two parts have another digest", name, n)
			}
		}
	}
}

// TestStreebogCarry hashes blocks of ones, whose checksum carries through all
// of its words.
func TestStreebogCarry(t *testing.T) {
	s := newStreebog(64)
	s.Write(bytes.Repeat([]byte{0xff}, 128))
	want := [8]uint64{^uint64(1), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}
	if s.checksum != want || s.length != [8]uint64{1024} {
		t.Errorf("checksum %x, length %x", s.checksum, s.length)
	}
}
