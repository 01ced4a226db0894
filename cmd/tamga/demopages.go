package main

import (
	"tamga/api/site"
	"tamga/documents/people"
	"tamga/documents/people/cast"
	"tamga/documents/registry"
	"tamga/signing/creation"
	"tamga/signing/ncalayer"
)

// pages offers the people of the demonstration on its pages and, where only this machine
// reaches them, a signer with their keys.
func (d *demo) pages(c *console, s *service) {
	if !registry.Loopback(s.server.BaseURL) {
		return
	}
	for _, m := range cast.Members(c.second()) {
		s.server.DemoPeople = append(s.server.DemoPeople, site.DemoPerson{
			Key: m.Name, Name: people.Person{Natural: m.Natural()}.Name(), Roles: m.Roles, Fault: string(m.Fault),
		})
	}
	signer := &ncalayer.Signer{Now: c.now, Key: func(name string) (creation.Key, bool) {
		key, ok := d.cast[name]
		return key, ok
	}}
	s.server.DemoSigner, s.server.DemoSign = signer, signer.Sign
}
