package api

import (
	"bytes"
	"encoding/json"
	"sync"

	"github.com/labstack/echo/v4"

	"tamga/api/strictjson"
	"tamga/signing/spool"
)

// answers is how JSON is sent. It is made whole first; what is long lies on the
// disk until the client has taken it, who may take long.
type answers struct {
	echo.DefaultJSONSerializer
	spool   *spool.Space
	buffers *sync.Pool // *bytes.Buffer of short answers; nil keeps none
}

// Serialize sends a value.
func (a answers) Serialize(c echo.Context, value any, _ string) (err error) {
	text, err := a.passing(value)
	if err != nil {
		return err
	}
	defer text.Close() // nobody else has it
	_, err = c.Response().Write(text.Bytes())
	return err
}

// passing is text for who is done with it soon.
func (a answers) passing(value any) (*spool.File, error) {
	var buffer *bytes.Buffer
	if a.buffers != nil {
		buffer, _ = a.buffers.Get().(*bytes.Buffer)
	}
	if buffer == nil {
		buffer = &bytes.Buffer{}
	}
	buffer.Reset()
	if err := strictjson.Write(buffer, value); err != nil {
		return nil, err
	}
	if buffer.Len() > spoolMemory {
		return a.spool.Read(buffer, int64(buffer.Len()))
	}
	return spool.OfUntil(buffer.Bytes(), func() {
		if a.buffers != nil {
			a.buffers.Put(buffer)
		}
	}), nil
}

// text returns a value as a line of JSON. The error is [spool.ErrFull] when there
// is no room for it.
func (a answers) text(value any) (*spool.File, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	text = append(text, '\n')
	if len(text) <= spoolMemory {
		return spool.Of(text), nil
	}
	return a.spool.Read(bytes.NewReader(text), int64(len(text)))
}
