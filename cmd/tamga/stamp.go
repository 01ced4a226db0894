package main

import (
	"strconv"
	"strings"

	"tamga/signing/creation/appearance"
	"tamga/signing/pades"
)

// stampFlags make the signature in a PDF visible.
type stampFlags struct {
	Stamp         string `placeholder:"PLACE" help:"Show the signature in a PDF: PAGE:LEFT,BOTTOM,WIDTH,HEIGHT in points (72 to the inch) from the lower left corner of the page as you see it; pages count from 1, the last one is last. field: in the signature field that --field names. Where the page shows something already, nothing is signed."`
	Field         string `placeholder:"NAME" help:"The empty signature field of a PDF to sign in, or the name of the new one."`
	StampLanguage string `default:"kk" enum:"kk,ru,en" help:"Language of the stamp: kk (default), ru, en."`
	StampAddress  string `placeholder:"ADDRESS" help:"The address that the QR code of the stamp holds, where people check; without one there is no code."`
	StampIIN      bool   `name:"stamp-iin" help:"Print the whole ИИН of the signer in the stamp. Default: its last two digits."`
}

// stamp reads what was ordered, nil when nothing was.
func (f stampFlags) stamp() (*appearance.Stamp, error) {
	if f.Stamp == "" {
		if f.StampAddress != "" || f.StampIIN {
			return nil, usagef("--stamp says where the stamp goes, and is missing")
		}
		return nil, nil
	}
	s := &appearance.Stamp{Language: f.StampLanguage, Address: f.StampAddress, WholeIIN: f.StampIIN}
	if f.Stamp == "field" {
		if f.Field == "" {
			return nil, usagef("--stamp field: --field names the field, and is missing")
		}
		return s, nil
	}
	wrong := usagef("--stamp: want PAGE:LEFT,BOTTOM,WIDTH,HEIGHT or field")
	page, place, ok := strings.Cut(f.Stamp, ":")
	numbers := strings.Split(place, ",")
	if !ok || len(numbers) != 4 {
		return nil, wrong
	}
	var err error
	if s.Page, err = strconv.Atoi(page); page == "last" {
		s.Page = -1
	} else if err != nil || s.Page < 1 {
		return nil, wrong
	}
	var n [4]float64
	for i := range n {
		if n[i], err = strconv.ParseFloat(numbers[i], 64); err != nil || n[i] != n[i] {
			return nil, wrong
		}
	}
	s.Place = pades.Rectangle{Left: n[0], Bottom: n[1], Right: n[0] + n[2], Top: n[1] + n[3]}
	return s, nil
}
