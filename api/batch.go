package api

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/api/web"
	"tamga/signing/spool"
)

func isBatch(route string) bool { return strings.HasSuffix(route, "/batch") }

// A batch is a body of JSON lines, each a request of its own; the answer is a
// line for each, in the same order, sent as soon as it is known. A line that
// cannot be answered gets a problem and spoils no other.
const (
	batchType  = "application/x-ndjson"
	maxLines   = 1000
	lineWindow = 16 // lines read ahead of the answer
	lineTime   = time.Minute
	batchTime  = time.Hour
)

// batchAnswer is one line of the answer.
type batchAnswer struct {
	Line    int      `json:"line"` // of the request, from 1
	ID      string   `json:"id,omitempty"`
	Status  int      `json:"status"`
	Result  any      `json:"result,omitempty"`
	Problem *Problem `json:"problem,omitempty"`
}

// lineFunc answers one line. The id is given back even with an error. The
// context is that of the request, with the line's own time.
type lineFunc func(c echo.Context, raw []byte) (id string, result any, err error)

// lineContext is a request whose time is that of one line.
type lineContext struct {
	echo.Context
	request *http.Request
}

func (c lineContext) Request() *http.Request { return c.request }

// batch answers the lines, several at a time.
func (v *service) batch(c echo.Context, one lineFunc) error {
	if _, _, err := contentType(c, batchType, "application/jsonl"); err != nil {
		return err
	}
	control := http.NewResponseController(c.Response())
	if err := control.EnableFullDuplex(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	ctx, cancel := context.WithTimeout(contextOf(c), batchTime)
	defer cancel()
	c.SetRequest(c.Request().WithContext(ctx))
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", batchType)
	lang := preferred(c, web.EN)
	localised(c, lang)
	answers := make(chan chan *spool.File, lineWindow)
	go func() {
		defer close(answers)
		busy := make(chan struct{}, runtime.GOMAXPROCS(0))
		for line := range v.readLines(c, control) {
			busy <- struct{}{}
			answer := make(chan *spool.File, 1)
			answers <- answer
			lc, release := v.beginLine(c, &line) // in the order of the lines, so that none waits for a later one
			go func() {
				defer func() { <-busy }()
				text := v.lineText(lc, lang, v.answerLine(lc, lang, line, one))
				release() // what waits to be sent costs nothing but room on the disk
				answer <- text
			}()
		}
	}()
	var failed error
	for answer := range answers {
		text := <-answer
		if failed == nil { // else nobody reads any more; the rest comes to its end
			failed = sendLine(c, control, text.Bytes())
		}
		failed = errors.Join(failed, text.Close())
	}
	return failed
}

func sendLine(c echo.Context, control *http.ResponseController, text []byte) error {
	_ = control.SetWriteDeadline(time.Now().Add(lineTime))
	if _, err := c.Response().Write(text); err != nil {
		return err
	}
	return control.Flush()
}

// lineText returns the text of an answer, or that of a problem when there is no
// room for it.
func (v *service) lineText(c echo.Context, lang web.Lang, a batchAnswer) *spool.File {
	text, err := v.answers.text(a)
	if err == nil {
		return text
	}
	a.Result, a.Problem = nil, nil
	v.lineFailed(c, lang, &a, err)
	if text, err = v.answers.text(a); err != nil {
		return spool.Of(nil)
	}
	return text
}

// beginLine waits until a line may be worked on, and gives it its time. release
// is to be called when its answer was made.
func (v *service) beginLine(c echo.Context, line *batchLine) (lc echo.Context, release func()) {
	ctx, cancel := context.WithTimeout(contextOf(c), v.RequestTime)
	lc = lineContext{c, c.Request().WithContext(ctx)}
	if line.err != nil {
		return lc, cancel
	}
	share, err := v.budget.bodies.admit(ctx, bodyCost(int64(len(line.file.Bytes()))), hasKey(c))
	if line.err = err; err != nil {
		return lc, cancel
	}
	return lc, func() { share(); cancel() }
}

// batchLine is a line of the request as it was read.
type batchLine struct {
	number int
	file   *spool.File // of nothing when there is an error
	err    error
}

// readLines reads the body line by line. A line that is too long is passed
// over with an error; more lines than are taken end the batch with one.
func (v *service) readLines(c echo.Context, control *http.ResponseController) <-chan batchLine {
	lines := make(chan batchLine)
	go func() {
		defer close(lines)
		r := bufio.NewReaderSize(c.Request().Body, 64<<10)
		for n := 1; ; {
			_ = control.SetReadDeadline(time.Now().Add(lineTime))
			file, err := v.nextLine(r)
			if errors.Is(err, io.EOF) {
				return
			}
			line := batchLine{n, file, err}
			if n > maxLines {
				line.err = &fault{is: errBodyTooLarge, detail: fmt.Sprintf("a batch has at most %d lines", maxLines)}
			}
			select {
			case lines <- line:
			case <-contextOf(c).Done():
				_ = file.Close()
				return
			}
			if n > maxLines {
				// A client that is still sending would not read its answers.
				_, _ = io.Copy(io.Discard, r)
				return
			}
			if err != nil && !errors.Is(err, errBodyTooLarge) && !errors.Is(err, spool.ErrFull) {
				return
			}
			n++
		}
	}()
	return lines
}

// nextLine returns the next line that is not blank. Blank ones have no time of
// their own: who sends nothing else is not waited for.
func (v *service) nextLine(r *bufio.Reader) (*spool.File, error) {
	for {
		file, err := v.readLine(r)
		if err != nil || len(bytes.TrimSpace(file.Bytes())) > 0 {
			return file, err
		}
		_ = file.Close()
	}
}

// readLine returns the next line without its end, io.EOF after the last. A line
// that is too long, or finds no room, is read to its end and lost. The file is
// never nil.
func (v *service) readLine(r *bufio.Reader) (*spool.File, error) {
	line := &lineReader{from: r}
	file, err := v.spool.Read(line, v.MaxBody)
	switch {
	case err == nil && !line.ended && len(file.Bytes()) == 0:
		return file, io.EOF
	case err == nil:
		return file, nil
	case !errors.Is(err, spool.ErrTooLarge) && !errors.Is(err, spool.ErrFull):
		return spool.Of(nil), bodyError(err)
	}
	if _, rest := io.Copy(io.Discard, line); rest != nil {
		return spool.Of(nil), bodyError(rest)
	}
	if errors.Is(err, spool.ErrTooLarge) {
		err = &fault{is: errBodyTooLarge, detail: fmt.Sprintf("the line is longer than %d bytes", v.MaxBody)}
	}
	return spool.Of(nil), err
}

// lineReader reads up to the end of a line.
type lineReader struct {
	from  *bufio.Reader
	ended bool // by a line feed
}

func (l *lineReader) Read(p []byte) (int, error) {
	if l.ended {
		return 0, io.EOF
	}
	if _, err := l.from.Peek(1); err != nil {
		return 0, err
	}
	ready, _ := l.from.Peek(min(l.from.Buffered(), len(p)))
	end := bytes.IndexByte(ready, '\n')
	if l.ended = end >= 0; l.ended {
		n := copy(p, ready[:end])
		_, _ = l.from.Discard(end + 1)
		return n, nil
	}
	return l.from.Read(p[:len(ready)])
}

func (v *service) answerLine(c echo.Context, lang web.Lang, line batchLine, one lineFunc) (a batchAnswer) {
	a = batchAnswer{Line: line.number, Status: http.StatusOK}
	err := line.err
	defer func() { _ = line.file.Close() }()
	defer func() {
		if r := recover(); r != nil {
			v.logPanic(c, r)
			err, a.Result = errPanic, nil
		}
		if err != nil {
			v.lineFailed(c, lang, &a, err)
		}
	}()
	if err == nil {
		err = spool.Guard(func() error {
			a.ID, a.Result, err = one(c, line.file.Bytes())
			return err
		})
	}
	return a
}

// lineFailed makes an answer the problem that an error is.
func (v *service) lineFailed(c echo.Context, lang web.Lang, a *batchAnswer, err error) {
	o := outcomeOf(err)
	if o.status >= http.StatusInternalServerError {
		v.Log.ErrorContext(contextOf(c), "line failed",
			"trace_id", traceID(c), "route", c.Path(), "line", a.Line, "code", o.code, "error", err.Error())
	}
	p := v.problem(c, err, o, lang)
	a.Status, a.Problem = o.status, &p
}

// verifyBatch answers POST /v1/verify/batch: a line is what POST
// /v1/verify/auto takes, or any of its siblings, with an id if the client
// wants one.
func (v *service) verifyBatch(c echo.Context) error {
	return v.batch(c, func(c echo.Context, raw []byte) (string, any, error) {
		var body verifyRequest
		if err := decodeJSON(raw, &body); err != nil {
			return body.ID, nil, err
		}
		asked, err := v.verification(&body, "")
		if err != nil {
			return body.ID, nil, err
		}
		answer, err := v.answer(c, asked)
		return body.ID, answer, err
	})
}
