package strictjson

import (
	"bytes"

	"github.com/go-json-experiment/json"
	v1 "github.com/go-json-experiment/json/v1"
)

// Write appends a value to a buffer as a line of JSON, as encoding/json writes it, and
// sooner.
func Write(to *bytes.Buffer, value any) error {
	if err := json.MarshalWrite(to, value, v1.DefaultOptionsV1()); err != nil {
		return err
	}
	return to.WriteByte('\n')
}
