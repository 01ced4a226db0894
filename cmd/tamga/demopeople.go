package main

import (
	"tamga/certs/ca"
	"tamga/certs/revocation"
	"tamga/documents/people/cast"
)

// people reads the keys of the demonstration's people, or has them issued at the first
// start. Those that are to be revoked are, before the lists are read.
func (d *demo) people(c *console, a *ca.Authority) error {
	for _, m := range cast.Members(c.second()) {
		key, err := d.storedKey(c, m.Name, a, func() (ca.Holder, error) { return a.Issue(m.Person) })
		if err != nil {
			return err
		}
		d.cast[m.Name] = key
		if m.Fault != cast.Revoked || a.Status(key.Certificate.Serial).Status == revocation.Revoked {
			continue
		}
		a.Revoke(key.Certificate.Serial, c.second(), revocation.Superseded)
		if err := d.authorityFolder(a.Family()).publish(c, a, c.second()); err != nil {
			return err
		}
	}
	return nil
}
