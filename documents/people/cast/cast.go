// Package cast is the people of a demonstration: fictional persons, what their
// certificates say, and the duties that they have at every provider of the law.
//
// A newcomer starts with [Members], has a certificate issued to each, and calls [Seed]
// on the people of a register.
package cast

import (
	_ "embed"
	"slices"
	"time"

	"tamga/certs"
	"tamga/certs/ca"
	"tamga/documents"
	"tamga/documents/people"
	"tamga/jsonfile"
)

// Fault is what is wrong with the certificate of a member, so that a condition fails by it.
type Fault string

// The faults.
const (
	Good    Fault = ""
	Expired Fault = "expired"
	Revoked Fault = "revoked" // whoever issues the certificate has it revoked
	LogIn   Fault = "login"   // it is for logging in, and signs no document
)

// Member is a person of the demonstration with one certificate. One person may be several
// members, whose certificates differ.
type Member struct {
	Name   string // of the key, such as "executor"
	Fault  Fault
	Person ca.Person // to be issued by an authority of GOST-2015 keys, which sign and log in
	// Roles are the duties that he has at every provider whose edition knows them.
	Roles []string
}

// Natural is the person as the register knows him.
func (m Member) Natural() documents.NaturalPerson {
	return documents.NaturalPerson{
		Surname: m.Person.Surname, GivenName: m.Person.GivenName, Patronymic: m.Person.Patronymic, IIN: m.Person.IIN,
	}
}

//go:embed positions.json
var positionsData []byte

// positions are the offices that documents print of who signs them, by the names of the
// members.
func positions() (map[string]documents.Text, error) {
	var all map[string]documents.Text
	err := jsonfile.Read(positionsData, &all)
	return all, err
}

// The organisations of the demonstration. The office is the one that its sample
// documents print, behind a word that says what it is.
const (
	Office     = "КӨРСЕТІЛІМ: ҚАЗАҚСТАН РЕСПУБЛИКАСЫ МӘДЕНИЕТ ЖӘНЕ АҚПАРАТ МИНИСТРЛІГІНІҢ МӘДЕНИЕТ КОМИТЕТІ"
	OfficeBIN  = certs.BIN("250040999998")
	Company    = "«ҰЛЫ ДАЛА МҰРАСЫ» ЖШС"
	CompanyBIN = certs.BIN("250040999988")
)

// years is how long good certificates are valid, and those that have run out were.
const years = 5

// Members are the members, whose certificates begin now. They are fictional: their
// numbers have right check digits and dates of birth that no calendar has.
func Members(now time.Time) []Member {
	person := func(surname, given, patronymic string, iin certs.IIN) ca.Person {
		return ca.Person{Surname: surname, GivenName: given, Patronymic: patronymic, IIN: iin, NotBefore: now, NotAfter: now.AddDate(years, 0, 0)}
	}
	of := func(p ca.Person, organisation string, bin certs.BIN, role certs.Role) ca.Person {
		p.Organisation, p.BIN, p.Roles = organisation, bin, []certs.Role{role}
		return p
	}
	applicant := person("ӨМІРЗАҚОВ", "ЕРЖАН", "БОЛАТҰЛЫ", "851300399990")
	expired, login := applicant, applicant
	expired.NotBefore, expired.NotAfter = now.AddDate(-years, 0, 0), now.AddDate(0, 0, -1)
	login.Use = certs.UseLogin
	all := []Member{
		{Name: "applicant", Person: applicant},
		{Name: "applicant-expired", Fault: Expired, Person: expired},
		{Name: "applicant-revoked", Fault: Revoked, Person: applicant},
		{Name: "applicant-login", Fault: LogIn, Person: login},
		{Name: "stranger", Person: person("ІЗТІЛЕУОВ", "ҒАНИ", "СЕРІКҰЛЫ", "861300399982")},
		{Name: "representative", Person: person("ҺАШИМОВА", "ҚАРЛЫҒАШ", "ӘДІЛҚЫЗЫ", "871300499980")},
		{Name: "company-head", Person: of(person("ҚҰНАНБАЕВА", "ҮМІТ", "ҺАМИТҚЫЗЫ", "901300499989"), Company, CompanyBIN, certs.RoleHead)},
		{Name: "company-signer", Person: of(person("ӨТЕГЕНОВ", "ДӘУРЕН", "ҒАББАСҰЛЫ", "881300399986"), Company, CompanyBIN, certs.RoleSignRight)},
		{Name: "company-employee", Person: of(person("ЖҮНІСОВА", "ӘЛИЯ", "НҰРЛАНҚЫЗЫ", "891300499984"), Company, CompanyBIN, certs.RoleEmployee)},
	}
	return append(all, officials(func(surname, given, patronymic string, iin certs.IIN, role certs.Role) ca.Person {
		return of(person(surname, given, patronymic, iin), Office, OfficeBIN, role)
	})...)
}

// officials are those in service, by what their certificates say of them.
func officials(of func(surname, given, patronymic string, iin certs.IIN, role certs.Role) ca.Person) []Member {
	const staff = certs.RoleEmployee
	head := of("СЕЙІТҚАЛИ", "ӘСЕМ", "ҒАЛЫМҚЫЗЫ", "781300399975", certs.RoleHead) // who signs the sample documents, too
	return []Member{
		{Name: "registrar", Roles: []string{"STAFF", "REGISTRAR"}, Person: of("ТӨЛЕГЕНОВ", "НҰРБОЛ", "ҚАЙРАТҰЛЫ", "791300399987", staff)},
		{Name: "executor", Roles: []string{"EXECUTOR"}, Person: of("БӨКЕЕВА", "ШЫНАР", "МҰРАТҚЫЗЫ", "801300499988", staff)},
		{Name: "member-1", Roles: []string{"COMMISSION"}, Person: of("ҚОЖАХМЕТОВ", "ІЛИЯС", "ОМАРҰЛЫ", "811300399983", staff)},
		{Name: "member-2", Roles: []string{"COMMISSION"}, Person: of("ҮСЕНОВА", "ГҮЛНӘР", "БЕРІКҚЫЗЫ", "821300499981", staff)},
		{Name: "member-3", Roles: []string{"COMMISSION"}, Person: of("МҰСАБЕКОВ", "РҮСТЕМ", "ЕРЛАНҰЛЫ", "831300399987", staff)},
		{Name: "head", Roles: []string{"HEAD"}, Person: head},
		{Name: "signer", Roles: []string{"AUTH_SIGNER"}, Person: of("ӘБДІҒАЛИЕВА", "АЙСҰЛУ", "ТАЛҒАТҚЫЗЫ", "841300499985", certs.RoleSignRight)},
		{Name: "operator", Roles: []string{"OPERATOR"}, Person: of("ЕСЕНҚҰЛОВ", "МӘДИ", "АСҚАРҰЛЫ", "771300399983", staff)},
		{Name: "administrator-1", Roles: []string{people.Administrator}, Person: of("ҚАСЫМБЕК", "ӨРКЕН", "ДӘУЛЕТҰЛЫ", "751300399988", staff)},
		{Name: "administrator-2", Roles: []string{people.Administrator}, Person: of("ТҰРСЫНҚЫЗЫ", "ҒАЛИЯ", "", "761300499988", staff)},
	}
}

// administrators are the members who give the duties of all others.
func administrators(all []Member) []Member {
	return slices.DeleteFunc(slices.Clone(all), func(m Member) bool { return !slices.Contains(m.Roles, people.Administrator) })
}
