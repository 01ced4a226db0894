// Package clamd asks a scanner that speaks the protocol of clamd whether a file is
// harmful: the command INSTREAM, over TCP or a local socket (clamd(8)).
//
// [Scanner.Scan] is the way in. A scanner that cannot be reached, says something else or
// takes too long has said nothing, which is an error and never that a file is clean.
package clamd

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// Scanner is where a scanner listens.
type Scanner struct {
	Address string        // HOST:PORT, or the path of a local socket, which begins with a slash
	Timeout time.Duration // of the whole conversation; a minute when zero
}

// Errors of this package.
var (
	// ErrAway means that the scanner gave no answer.
	ErrAway = errors.New("the scanner gave no answer")
	// ErrAnswer means that it answered something else than about the file.
	ErrAnswer = errors.New("the scanner did not answer about the file")
)

const (
	chunk         = 64 << 10
	longestAnswer = 4 << 10
)

// Scan sends a file, and returns the name of what the scanner has found, or nothing.
func (s Scanner) Scan(ctx context.Context, file io.Reader, _ int64) (found string, err error) {
	timeout := s.Timeout
	if timeout == 0 {
		timeout = time.Minute
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	network := "tcp"
	if strings.HasPrefix(s.Address, "/") {
		network = "unix"
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, network, s.Address)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrAway, err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })()
	sent, reading := send(conn, file)
	if reading != nil {
		return "", reading
	}
	// A scanner that has enough answers before all is sent: what it says counts.
	answer, err := io.ReadAll(io.LimitReader(conn, longestAnswer))
	if len(answer) == 0 {
		return "", fmt.Errorf("%w: %w", ErrAway, errors.Join(sent, err, ctx.Err(), io.ErrUnexpectedEOF))
	}
	return read(string(answer))
}

// send writes the command and the file in chunks, each with its length. The second
// error is of the file.
func send(conn net.Conn, file io.Reader) (sent, reading error) {
	if _, err := io.WriteString(conn, "zINSTREAM\x00"); err != nil {
		return err, nil
	}
	buffer := make([]byte, 4+chunk)
	for {
		n, err := io.ReadFull(file, buffer[4:])
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, err
		}
		if n > 0 {
			binary.BigEndian.PutUint32(buffer, uint32(n))
			if _, err := conn.Write(buffer[:4+n]); err != nil {
				return err, nil
			}
		}
		if err != nil {
			_, err := conn.Write(make([]byte, 4))
			return err, nil
		}
	}
}

// read reads what the scanner says: "stream: OK", or "stream: NAME FOUND".
func read(answer string) (found string, err error) {
	said, ok := strings.CutPrefix(strings.TrimRight(answer, "\x00\r\n "), "stream: ")
	if name, is := strings.CutSuffix(said, " FOUND"); ok && is && name != "" {
		return name, nil
	}
	if ok && said == "OK" {
		return "", nil
	}
	if ok || strings.Contains(said, "ERROR") {
		return "", fmt.Errorf("%w: %q", ErrAnswer, said)
	}
	return "", ErrAnswer
}
