package api

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/api/web"
)

// A batch is a body of JSON lines, each a request of its own; the answer is a
// line for each, in the same order, sent as soon as it is known. A line that
// cannot be answered gets a problem and spoils no other.
const (
	batchType  = "application/x-ndjson"
	maxLines   = 1000
	lineWindow = 16 // lines read ahead of the answer
	lineTime   = time.Minute
)

// batchAnswer is one line of the answer.
type batchAnswer struct {
	Line    int      `json:"line"` // of the request, from 1
	ID      string   `json:"id,omitempty"`
	Status  int      `json:"status"`
	Result  any      `json:"result,omitempty"`
	Problem *Problem `json:"problem,omitempty"`
}

// lineFunc answers one line. The id is given back even with an error.
type lineFunc func(raw []byte) (id string, result any, err error)

// batch answers the lines, several at a time.
func (v *service) batch(c echo.Context, one lineFunc) error {
	if _, _, err := contentType(c, batchType, "application/jsonl"); err != nil {
		return err
	}
	control := http.NewResponseController(c.Response())
	if err := control.EnableFullDuplex(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", batchType)
	lang := language(c, web.EN)
	localised(c, lang)
	lines := v.readLines(c, control)
	answers := make(chan chan batchAnswer, lineWindow)
	go func() {
		defer close(answers)
		busy := make(chan struct{}, runtime.GOMAXPROCS(0))
		for line := range lines {
			busy <- struct{}{}
			answer := make(chan batchAnswer, 1)
			answers <- answer
			go func() {
				defer func() { <-busy }()
				answer <- v.answerLine(c, lang, line, one)
			}()
		}
	}()
	var failed error
	for answer := range answers {
		a := <-answer
		if failed != nil {
			continue // nobody reads any more; let the rest come to its end
		}
		body, err := json.Marshal(a)
		if err == nil {
			_ = control.SetWriteDeadline(time.Now().Add(lineTime))
			_, err = c.Response().Write(append(body, '\n'))
		}
		if err == nil {
			err = control.Flush()
		}
		failed = err
	}
	return failed
}

// batchLine is a line of the request as it was read.
type batchLine struct {
	number int
	raw    []byte
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
			raw, err := readLine(r, v.MaxBody)
			if errors.Is(err, io.EOF) {
				return
			}
			if err == nil && len(bytes.TrimSpace(raw)) == 0 {
				continue
			}
			line := batchLine{n, raw, err}
			if n > maxLines {
				line = batchLine{n, nil, &fault{is: errBodyTooLarge, detail: fmt.Sprintf("a batch has at most %d lines", maxLines)}}
			}
			select {
			case lines <- line:
			case <-contextOf(c).Done():
				return
			}
			if n > maxLines {
				// A client that is still sending would not read its answers.
				_, _ = io.Copy(io.Discard, r)
				return
			}
			if err != nil && !errors.Is(err, errBodyTooLarge) {
				return
			}
			n++
		}
	}()
	return lines
}

// readLine returns the next line without its end. A line longer than limit is
// read to its end and lost.
func readLine(r *bufio.Reader, limit int64) ([]byte, error) {
	var line []byte
	long := false
	for {
		part, err := r.ReadSlice('\n')
		if !long {
			line = append(line, part...)
		}
		if int64(len(line)) > limit {
			long, line = true, nil
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && !errors.Is(err, io.EOF):
			return nil, bodyError(err)
		case long:
			return nil, &fault{is: errBodyTooLarge, detail: fmt.Sprintf("the line is longer than %d bytes", limit)}
		case err != nil && len(line) == 0:
			return nil, io.EOF
		}
		return bytes.TrimSuffix(line, []byte("\n")), nil
	}
}

func (v *service) answerLine(c echo.Context, lang web.Lang, line batchLine, one lineFunc) (a batchAnswer) {
	a = batchAnswer{Line: line.number, Status: http.StatusOK}
	err := line.err
	defer func() {
		if r := recover(); r != nil {
			v.logPanic(c, r)
			err, a.Result = errPanic, nil
		}
		if err == nil {
			return
		}
		o := outcomeOf(err)
		if o.status >= http.StatusInternalServerError {
			v.Log.ErrorContext(contextOf(c), "line failed",
				"trace_id", traceID(c), "route", c.Path(), "line", line.number, "code", o.code, "error", err.Error())
		}
		p := v.problem(c, err, o, lang)
		a.Status, a.Problem = o.status, &p
	}()
	if err == nil {
		a.ID, a.Result, err = one(line.raw)
	}
	return a
}

// verifyBatch answers POST /v1/verify/batch: a line is what POST
// /v1/verify/auto takes, or any of its siblings, with an id if the client
// wants one.
func (v *service) verifyBatch(c echo.Context) error {
	return v.batch(c, func(raw []byte) (string, any, error) {
		var body verifyRequest
		if err := decodeJSON(raw, &body); err != nil {
			return body.ID, nil, err
		}
		asked, err := v.verification(&body, "")
		if err != nil {
			return body.ID, nil, err
		}
		answer, err := v.answer(contextOf(c), asked)
		return body.ID, answer, err
	})
}
