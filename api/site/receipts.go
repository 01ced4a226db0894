package site

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// sendReceipt answers with the receipt in an answer of /v1: its PDF, or the whole answer.
func (v *visit) sendReceipt(answer []byte, pdf bool) error {
	var given struct {
		Receipt struct {
			ID  string `json:"id"`
			PDF []byte `json:"pdf"`
		} `json:"receipt"`
	}
	if err := json.Unmarshal(answer, &given); err != nil {
		return fmt.Errorf("the answer with a receipt: %w", err)
	}
	name, err := segment(given.Receipt.ID)
	if err != nil {
		return fmt.Errorf("the receipt has no name: %w", err)
	}
	body, media, ending := answer, "application/json", "json"
	if pdf {
		body, media, ending = given.Receipt.PDF, "application/pdf", "pdf"
	}
	h := v.w.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Disposition", `attachment; filename="receipt-`+name+`.`+ending+`"`)
	v.w.WriteHeader(http.StatusOK)
	_, _ = v.w.Write(body) // whoever hung up hears nothing
	return nil
}
