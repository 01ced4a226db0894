package regulation

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// ParseMCI reads the index of a year as an operator enters it: JSON without unknown
// names. What it says is judged by [Compile].
func ParseMCI(b []byte) (MCI, error) {
	var m MCI
	r := json.NewDecoder(bytes.NewReader(b))
	r.DisallowUnknownFields()
	if err := r.Decode(&m); err != nil {
		return MCI{}, fmt.Errorf("regulation: %w", err)
	}
	if _, err := r.Token(); !errors.Is(err, io.EOF) {
		return MCI{}, errors.New("regulation: something follows the index")
	}
	return m, nil
}
