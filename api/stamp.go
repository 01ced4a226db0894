package api

import (
	"errors"

	"tamga/signing/creation"
	"tamga/signing/creation/appearance"
	"tamga/signing/pades"
)

// stampRequest is where a signature in a PDF is seen, and what its stamp says besides
// the signer: on a page, or without place in the empty signature field of the request.
type stampRequest struct {
	Page     int     `json:"page"` // from 1; from the end below 0
	Left     float64 `json:"left"` // in points from the lower left corner of the page as it is shown
	Bottom   float64 `json:"bottom"`
	Width    float64 `json:"width"`
	Height   float64 `json:"height"`
	Language string  `json:"language"`  // kk, ru or en
	Address  string  `json:"address"`   // in the QR code; without it there is none
	WholeIIN bool    `json:"whole_iin"` // print all of the signer's number, not its end alone
}

func (r *stampRequest) stamp() *appearance.Stamp {
	if r == nil {
		return nil
	}
	return &appearance.Stamp{
		Page: r.Page, Place: pades.Rectangle{Left: r.Left, Bottom: r.Bottom, Right: r.Left + r.Width, Top: r.Bottom + r.Height},
		Language: r.Language, Address: r.Address, WholeIIN: r.WholeIIN,
	}
}

// aboutStamp says whether an error is about the stamp and not about the file.
func aboutStamp(err error) bool {
	for _, is := range []error{creation.ErrPlace, appearance.ErrSmall, appearance.ErrLetters, appearance.ErrStamp} {
		if errors.Is(err, is) {
			return true
		}
	}
	return false
}
