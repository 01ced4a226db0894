package api

import (
	"errors"
	"regexp"
	"slices"

	"github.com/labstack/echo/v4"

	"tamga/certs"
	"tamga/documents"
	"tamga/documents/registry"
)

// licenceRoutes are those of the public register of licences of organisations.
func (v *service) licenceRoutes(_ *echo.Echo, get func(string, echo.HandlerFunc)) {
	get("/v1/licences", v.licences)
}

// Licences on a page of the list: what is usual, and at most.
const (
	usualLicences = 20
	mostLicences  = 50
)

// listedLicence is what the list says of a licence, which is less than its own page. The
// holder is an organisation.
type listedLicence struct {
	Number     string           `json:"number"`
	Status     publicStatus     `json:"status"`
	IssuedOn   documents.Date   `json:"issued_on"`
	ValidUntil documents.Date   `json:"valid_until,omitzero"`
	Holder     *publicHolder    `json:"holder"`
	Region     documents.Region `json:"region,omitempty"` // ISO 3166-2:KZ, two digits; of the holder's address
	Activity   *documents.Text  `json:"activity"`
	Authority  documents.Text   `json:"authority"`
	Elsewhere  *publicElsewhere `json:"elsewhere,omitempty"`
}

// licences answers GET /v1/licences: the licences of organisations, those issued last
// first. Of persons there is no list, and no number of theirs is taken.
func (v *service) licences(c echo.Context) error {
	q, err := v.licencesQuery(c)
	if err != nil {
		return err
	}
	if wait, ok := v.lists.take(clientName(c.RealIP())); !ok {
		return tooMany(wait)
	}
	found, next, err := v.Licences.Find(contextOf(c), q)
	if errors.Is(err, registry.ErrNotFound) {
		return badField("/after", "unknown", "is the number of no licence in the list")
	}
	if err != nil {
		return err
	}
	list := []listedLicence{}
	for _, f := range found {
		p := public(f.Record, f.Life, v.now())
		list = append(list, listedLicence{
			p.Number, p.Status, p.IssuedOn, p.ValidUntil, p.Holder, documents.RegionOf(f.Record.Content.Licence.Holder.Legal.Address), p.Activity,
			p.Authority, p.Elsewhere,
		})
	}
	return uncached(c, struct {
		Licences []listedLicence `json:"licences"`
		Next     string          `json:"next,omitempty"` // to ask after; a page may be short and not the last
	}{list, next})
}

// listable are the statuses by which licences are looked for. It is read only.
var listable = []documents.Status{
	documents.StatusInForce, documents.StatusSuspended, documents.StatusTerminated, documents.StatusReissued, documents.StatusExpired, documents.StatusAnnulled,
}

// personsNumber is what may be the number of a person, wherever it is typed.
var personsNumber = regexp.MustCompile(`(^|\D)\d{12}(\D|$)`)

func (v *service) licencesQuery(c echo.Context) (q registry.LicencesQuery, err error) {
	q = registry.LicencesQuery{
		Name: c.QueryParam("name"), Activity: c.QueryParam("activity"), Region: documents.Region(c.QueryParam("region")),
		Status: documents.Status(c.QueryParam("status")), After: c.QueryParam("after"),
	}
	if q.Limit, err = limitOf(c); err != nil {
		return q, err
	}
	if q.Limit == 0 {
		q.Limit = usualLicences
	}
	q.Limit = min(q.Limit, mostLicences)
	for _, text := range []struct{ pointer, value string }{{"/name", q.Name}, {"/activity", q.Activity}, {"/after", q.After}} {
		if personsNumber.MatchString(text.value) {
			return q, badField(text.pointer, "person", "looks like the number of a person, which is not taken here")
		}
	}
	if q.BIN, err = organisationOf(c.QueryParam("bin")); err != nil {
		return q, err
	}
	if q.Region != "" && !slices.Contains(documents.Regions(), q.Region) {
		return q, badField("/region", "unknown", "is none of the two digits of ISO 3166-2:KZ")
	}
	if q.Status != "" && !slices.Contains(listable, q.Status) {
		return q, badField("/status", "unknown", "is no status of a licence")
	}
	for _, day := range []struct {
		name string
		into *documents.Date
	}{{"issued_from", &q.IssuedFrom}, {"issued_to", &q.IssuedTo}} {
		if text := c.QueryParam(day.name); text != "" {
			if *day.into, err = documents.ParseDate(text); err != nil {
				return q, badField("/"+day.name, "date", "is no date such as 2026-06-01")
			}
		}
	}
	return q, nil
}

// organisationOf reads the number of an organisation; empty for none. That of a person has
// a day of the month where it has its kind, 4 to 6.
func organisationOf(text string) (certs.BIN, error) {
	if text == "" {
		return "", nil
	}
	bin, err := certs.ParseBIN(text)
	const kind = 4
	if err == nil && (bin[kind] < '4' || bin[kind] > '6') {
		return "", badField("/bin", "person", "is the number of a person, which is not taken here")
	}
	if err != nil {
		return "", badField("/bin", numberCode(err), numberDetail(err))
	}
	return bin, nil
}
