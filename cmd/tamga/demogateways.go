package main

import (
	"context"
	"strconv"
	"time"

	"tamga/certs"
	"tamga/documents/gateways"
	registers "tamga/documents/gateways/demo"
	"tamga/documents/gateways/message"
	"tamga/signing"
	"tamga/signing/creation"
)

// demoBIN is the organisation of the demonstration's own system.
const demoBIN certs.BIN = "250040999998"

// gateways is the register of the demonstration's state systems, which knows its
// persons: the applicant, the organisation of the other one, and a power of attorney
// between them.
func (d *demo) gateways(make func(context.Context, creation.Order) (creation.Made, error), v *signing.Verifier, now time.Time) *registers.Register {
	r := &registers.Register{
		Prefix: demoGatewaysPrefix, Key: d.system, WrongKey: d.signers["applicant-gost"], Make: make, Verifier: v, Client: demoBIN, Control: true,
		Run: strconv.FormatInt(now.Unix(), 36) + "-",
	}
	for _, p := range demoPersons(now) {
		r.Persons = append(r.Persons, message.Fields{
			"iin": string(p.IIN), "surname": p.Surname, "givenName": p.GivenName, "patronymic": p.Patronymic,
		})
		if p.BIN != "" {
			r.Organisations = append(r.Organisations, message.Fields{
				"bin": string(p.BIN), "nameKk": p.Organisation, "nameRu": p.Organisation, "addressKk": "Астана қ.", "addressRu": "г. Астана",
			})
		}
	}
	r.Powers = []registers.Power{{Number: "DEMO-1", Principal: "250040999988", Agent: "851300399990", From: "2020-01-01", Until: "2099-12-31", May: gateways.MaySign}}
	return r
}
