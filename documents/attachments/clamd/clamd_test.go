package clamd_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tamga/documents/attachments/clamd"
)

// listen serves a little scanner that finds the word VIRUS, and answers as a name says.
func listen(t *testing.T, network, address string, answer func(file []byte) string) string {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				file, ok := receive(conn)
				if ok {
					_, _ = io.WriteString(conn, answer(file))
				}
			}()
		}
	}()
	return l.Addr().String()
}

// receive reads a command INSTREAM.
func receive(conn net.Conn) (file []byte, ok bool) {
	command := make([]byte, len("zINSTREAM\x00"))
	if _, err := io.ReadFull(conn, command); err != nil || string(command) != "zINSTREAM\x00" {
		return nil, false
	}
	for {
		var n uint32
		if binary.Read(conn, binary.BigEndian, &n) != nil {
			return nil, false
		}
		if n == 0 {
			return file, true
		}
		part := make([]byte, n)
		if _, err := io.ReadFull(conn, part); err != nil {
			return nil, false
		}
		file = append(file, part...)
	}
}

func judge(file []byte) string {
	if bytes.Contains(file, []byte("VIRUS")) {
		return "stream: Test.Virus FOUND\x00"
	}
	return "stream: OK\x00"
}

func TestScan(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "clamd.sock")
	listen(t, "unix", socket, judge)
	for _, address := range []string{listen(t, "tcp", "127.0.0.1:0", judge), socket} {
		s := clamd.Scanner{Address: address}
		long := strings.Repeat("text ", 100_000)
		for body, want := range map[string]string{"": "", long: "", long + "VIRUS": "Test.Virus"} {
			if found, err := s.Scan(t.Context(), strings.NewReader(body), int64(len(body))); err != nil || found != want {
				t.Errorf("%d bytes: %q, %v, and must be %q", len(body), found, err, want)
			}
		}
	}
}

// What is no answer about the file is an error, and never that it is clean.
func TestNoAnswer(t *testing.T) {
	for answer, want := range map[string]error{
		"":                   clamd.ErrAway,
		"stream: FOUND\x00":  clamd.ErrAnswer,
		"stream:  FOUND\x00": clamd.ErrAnswer,
		"OK\x00":             clamd.ErrAnswer,
		"PONG\x00":           clamd.ErrAnswer,
		"stream: OK FOUND?":  clamd.ErrAnswer,
		"stream: OKAY\x00":   clamd.ErrAnswer,
		"INSTREAM size limit exceeded. ERROR\x00": clamd.ErrAnswer,
	} {
		s := clamd.Scanner{Address: listen(t, "tcp", "127.0.0.1:0", func([]byte) string { return answer })}
		if found, err := s.Scan(t.Context(), strings.NewReader("text"), 4); !errors.Is(err, want) || found != "" {
			t.Errorf("%q: %q, %v", answer, found, err)
		}
	}
	gone := clamd.Scanner{Address: filepath.Join(t.TempDir(), "nobody")}
	if _, err := gone.Scan(t.Context(), strings.NewReader("text"), 4); !errors.Is(err, clamd.ErrAway) {
		t.Error(err)
	}
	hangs := make(chan struct{})
	defer close(hangs)
	slow := clamd.Scanner{Timeout: 50 * time.Millisecond, Address: listen(t, "tcp", "127.0.0.1:0", func([]byte) string { <-hangs; return "stream: OK\x00" })}
	if _, err := slow.Scan(t.Context(), strings.NewReader("text"), 4); !errors.Is(err, clamd.ErrAway) {
		t.Error(err)
	}
	broken := errors.New("the file is broken")
	s := clamd.Scanner{Address: listen(t, "tcp", "127.0.0.1:0", judge)}
	if _, err := s.Scan(t.Context(), io.MultiReader(strings.NewReader("x"), failing{broken}), 4); !errors.Is(err, broken) {
		t.Error(err)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
