// Package api is the service over HTTP: the programming interface under /v1,
// and the public pages.
//
// A newcomer starts with [Server]: fill in its fields and serve what
// [Server.Handler] returns. testdata holds the whole service as conversations
// that the tests play.
//
// Errors are application/problem+json (RFC 9457) throughout, made in one
// place, the table of errors.go. A signature that does not verify is no error:
// the answer is 200 with a verdict. What the public may see of a document is
// decided in one place too, public.go: no IIN, no address, no reason of a
// refusal. The log never holds bodies, query strings or paths as they were
// sent, since people type personal numbers anywhere.
package api

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/api/site"
	"tamga/api/web"
	"tamga/certs/revocation/fetch"
	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/attachments"
	"tamga/documents/calendar"
	"tamga/documents/gateways"
	"tamga/documents/gateways/inbox"
	"tamga/documents/messages"
	"tamga/documents/people"
	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/documents/rulebook"
	"tamga/signing"
	"tamga/signing/creation"
	"tamga/signing/spool"
)

// The longest request bodies that are read, in bytes, unless the [Server] says
// otherwise.
const (
	DefaultMaxBody   = 25 << 20  // JSON
	DefaultMaxUpload = 256 << 20 // one file of a form
	DefaultMaxBatch  = 1 << 30   // all lines of a batch
)

// Server is the service over HTTP. Registry and Verifier are needed; the rest
// may be left out. The fields are not changed after [Server.Handler].
type Server struct {
	Registry *registry.Registry
	Verifier *signing.Verifier

	// Keys are what POST /v1/sign/… may sign with, by name. A request that
	// names none means the key "" or, if there is none, "demo".
	Keys map[string]creation.Key

	// Preservation brings what is signed to the levels with timestamps.
	Preservation Preservation

	// TSA answers timestamp queries (RFC 3161) at /tsa; nil when the service is
	// no authority. The demonstration is one.
	TSA http.Handler

	// OCSP answers about certificates (RFC 6960) at /ocsp; nil when the service is
	// no responder. The demonstration is one.
	OCSP http.Handler

	// Gateways tells how the state systems stand that are asked; nil when none are.
	Gateways func() []gateways.State
	// Bills are what applications pay, and Consents what their persons let state systems
	// be asked; nil for those of the Registry, without a payment gateway.
	Bills    *gateways.Bills
	Consents *gateways.Consents
	// Notaries is asked about powers of attorney of the kind enis; nil: none is entered.
	Notaries gateways.Powers
	// Inbox takes the messages of other systems; nil where none may send any.
	Inbox *inbox.Box
	// DemoGateways answers for these systems at /demo/gateways; nil but in the
	// demonstration.
	DemoGateways http.Handler

	// ReceiptKey signs receipts of verifications; none are made without it.
	ReceiptKey creation.Key

	// Policies are what a verification may choose from by name; nil for those
	// that the program carries for deciding. One that chooses none is judged by
	// the Verifier's own.
	Policies []signing.Policy
	// ReceiptPolicies are the names of the policies under which receipts are
	// signed; nil for those of Policies and of the Verifier that are for
	// deciding. A receipt under another is refused before anything is judged.
	ReceiptPolicies []string

	// Calendar counts terms, and Law is the editions of the regulations, where the
	// Registry has no rulebook; nil for those that the program carries.
	Calendar *calendar.Calendar
	Law      *regulation.Law

	// Licences are those that the public may list; nil for those of the Registry.
	Licences *registry.Licences

	// Applications are those of the register; nil for what the Registry has, where persons
	// sign what they enter.
	Applications *applications.Book
	// Attachments are their files; nil for those of the Registry, without a scanner.
	Attachments *attachments.Book
	// People are those of the register; nil for those of its Store, at BaseURL.
	People *people.Book

	// Messages are what applicants are told; nil for those of the Registry, without a
	// gateway.
	Messages *messages.Book
	// DemoMessages is the gateway for messages at /demo/messages; nil but in the
	// demonstration.
	DemoMessages http.Handler

	// Letterhead is who writes the documents of the provider, and where that is found: what
	// drafts begin with; zero: officials write it into each.
	Letterhead documents.Letter

	// BaseURL is where the service is reached, such as
	// "https://tamga.example", without a slash at the end. Addresses in
	// answers begin with it; empty makes them relative.
	BaseURL string

	// Examples are numbers of documents that the first page offers to try.
	Examples []string

	// Demo says on every page that the documents have no legal force.
	Demo bool
	// DemoPeople are the persons whom people can be on the pages of the demonstration.
	DemoPeople []site.DemoPerson
	// DemoSigner signs on these pages with their keys, in the dialogue of NCALayer; nil but
	// in the demonstration, on loopback.
	DemoSigner http.Handler
	// DemoSign is what the phone of the demonstration signs with, likewise.
	DemoSign func(key string, content []byte, detached bool) ([]byte, error)

	// Lists tells how the revocation lists stand that the service keeps up to
	// date; nil when it keeps none.
	Lists func() []fetch.SourceStatus

	MaxBody   int64  // [DefaultMaxBody] when zero; also of one line of a batch
	MaxUpload int64  // [DefaultMaxUpload] when zero
	MaxBatch  int64  // [DefaultMaxBatch] when zero
	SpoolDir  string // where large files lie while they are looked at; the system's temporary folder when empty

	// What all requests together may cost: Memory is the heap of those at work,
	// SpoolSpace the disk for their bodies, both in bytes. Those that find no
	// room are answered with 503. RequestTime is what each may take from when
	// its body is here.
	Memory      int64         // [DefaultMemory] when zero
	SpoolSpace  int64         // [DefaultSpoolSpace] when zero
	RequestTime time.Duration // [DefaultRequestTime] when zero

	leisure time.Duration // more patience with bodies, for tests whose clients get no processor

	Now func() time.Time // time.Now when nil
	Log *slog.Logger     // nothing is logged when nil

	// Limits of the public side, [DefaultLimits] when zero.
	Limits Limits

	// Proxies are the networks of our own proxies, whose word about where a
	// request came from (X-Forwarded-For) is taken; nobody's when empty.
	Proxies []netip.Prefix
}

// Limits are how often the public side may be asked. Each counts what one client
// does within a window, and then begins again.
type Limits struct {
	Window time.Duration
	// Checks is how many documents one client may look up.
	Checks int
	// Lists is how many pages of the list of licences one client may ask for; that of
	// [DefaultLimits] when zero.
	Lists int
	// GuessesPerPair is how many wrong owner's numbers one client may try on
	// one document within GuessWindow, and GuessesPerClient on all documents
	// together. Check codes, of 60 bits, are no guesses.
	GuessWindow      time.Duration
	GuessesPerPair   int
	GuessesPerClient int
	// PasswordsPerPair is how many wrong passwords one client may try on one account
	// within GuessWindow, PasswordsPerClient on all accounts, and PasswordsPerAccount how
	// many all clients together may on one; those of [DefaultLimits] when zero.
	PasswordsPerPair    int
	PasswordsPerClient  int
	PasswordsPerAccount int
}

// DefaultLimits let a person check documents freely and make guessing an
// owner's number hopeless.
func DefaultLimits() Limits {
	return Limits{
		Window: 10 * time.Minute, Checks: 600, Lists: 60,
		GuessWindow: time.Hour, GuessesPerPair: 10, GuessesPerClient: 60,
		PasswordsPerPair: 10, PasswordsPerClient: 60, PasswordsPerAccount: 100,
	}
}

// service is a Server with its defaults filled in and its pages compiled.
type service struct {
	Server
	pages             *web.Pages
	policy            signing.Policy // the Verifier's own
	host              string
	checks            *limiter
	lists             *limiter // pages of the list of licences
	surveys           *limiter // answers to the questionnaire
	guesses           guessLimiter
	passwords         passwordLimiter
	challenges        *limiter
	list              statusList
	budget            *budget
	spool             *spool.Space
	answers           answers
	requests, batches *crowd // that are open
	visits            *crowd // of pages, which make requests of their own
}

// Handler compiles the pages and returns the whole service. Timeouts are the
// business of the http.Server around it.
func (s *Server) Handler() (http.Handler, error) {
	v := &service{Server: *s}
	if err := v.fill(); err != nil {
		return nil, err
	}
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = v.clientAddress
	e.HTTPErrorHandler = v.fail
	e.JSONSerializer = v.answers
	e.Use(v.trace, v.access, v.recoverPanic, v.headers, v.onlyKnownQuery, v.pace, v.limitBody, v.share)
	v.routes(e)
	return v.withSite(e), nil
}

func (v *service) fill() error {
	if v.Registry == nil || v.Registry.Store == nil || v.Verifier == nil {
		return fmt.Errorf("api: a register and a verifier are needed")
	}
	base, err := url.Parse(v.BaseURL)
	if err != nil || strings.HasSuffix(v.BaseURL, "/") {
		return fmt.Errorf("api: base address %q is not an address without a slash at the end", v.BaseURL)
	}
	v.host = base.Host
	v.MaxBody = cmp.Or(v.MaxBody, DefaultMaxBody)
	v.MaxUpload = cmp.Or(v.MaxUpload, DefaultMaxUpload)
	v.MaxBatch = cmp.Or(v.MaxBatch, DefaultMaxBatch)
	v.Memory = cmp.Or(v.Memory, DefaultMemory)
	v.SpoolSpace = cmp.Or(v.SpoolSpace, DefaultSpoolSpace)
	v.RequestTime = cmp.Or(v.RequestTime, DefaultRequestTime)
	v.budget = newBudget(v.Memory)
	v.spool = &spool.Space{Dir: v.SpoolDir, Most: v.SpoolSpace, Leave: leaveOnDisk, Memory: spoolMemory, Heap: v.Memory / spoolShare}
	v.answers.spool, v.answers.buffers = v.spool, &sync.Pool{}
	if v.Now == nil {
		v.Now = time.Now
	}
	if v.Log == nil {
		v.Log = slog.New(slog.DiscardHandler)
	}
	if (v.Limits == Limits{}) {
		v.Limits = DefaultLimits()
	}
	v.Limits.PasswordsPerPair = cmp.Or(v.Limits.PasswordsPerPair, DefaultLimits().PasswordsPerPair)
	v.Limits.PasswordsPerClient = cmp.Or(v.Limits.PasswordsPerClient, DefaultLimits().PasswordsPerClient)
	v.Limits.PasswordsPerAccount = cmp.Or(v.Limits.PasswordsPerAccount, DefaultLimits().PasswordsPerAccount)
	if err := v.fillPolicies(); err != nil {
		return fmt.Errorf("api: %w", err)
	}
	if err := v.fillLaw(); err != nil {
		return fmt.Errorf("api: %w", err)
	}
	v.requests, v.batches, v.visits = newRequests(), newBatches(), newRequests()
	v.checks = newLimiter(v.Limits.Checks, v.Limits.Window, v.Now)
	v.lists = newLimiter(cmp.Or(v.Limits.Lists, DefaultLimits().Lists), v.Limits.Window, v.Now)
	if v.Licences == nil {
		v.Licences = &registry.Licences{Registry: v.Registry}
	}
	v.guesses = newGuessLimiter(v.Limits, v.Now)
	v.pages, err = web.Compile()
	return err
}

// fillLaw takes the calendar and the editions that the program carries where none
// were given.
func (v *service) fillLaw() (err error) {
	if v.Calendar == nil {
		if v.Calendar, err = shippedCalendar(); err != nil {
			return err
		}
	}
	if v.Law == nil {
		v.Law, err = regulation.ShippedLaw()
	}
	if v.Applications == nil {
		v.Applications = &applications.Book{Register: v.Registry, Rulebook: v.Registry.Rulebook}
	}
	if v.Applications.Rulebook == nil {
		v.Applications.Rulebook = &rulebook.Book{Store: v.Registry.Store}
	}
	v.fillAttachments()
	if v.Messages == nil {
		v.Messages = &messages.Book{Store: v.Registry.Store}
	}
	v.fillPeople()
	v.fillGateways()
	return err
}

// rules are the law, the calendar and the layouts as they are now.
func (v *service) rules(ctx context.Context) (*rulebook.Rules, error) {
	if v.Registry.Rulebook != nil {
		return v.Registry.Rules(ctx)
	}
	return &rulebook.Rules{Law: v.Law, Calendar: v.Calendar, Layouts: v.Registry.Layouts}, nil
}

func (v *service) routes(e *echo.Echo) {
	get := func(path string, h echo.HandlerFunc) { e.Match([]string{http.MethodGet, http.MethodHead}, path, h) }

	e.POST("/v1/verify/cms", v.verify(kindCMS))
	e.POST("/v1/verify/pdf", v.verify(kindPDF))
	e.POST("/v1/verify/xml", v.verify(kindXML))
	e.POST("/v1/verify/auto", v.verify(kindAuto))
	e.POST("/v1/verify/batch", v.verifyBatch)
	e.POST("/v1/certificates/inspect", v.inspectCertificate)
	e.POST("/v1/sign/cms", v.sign(kindCMS))
	e.POST("/v1/sign/pdf", v.sign(kindPDF))
	e.POST("/v1/sign/xml", v.sign(kindXML))
	e.POST("/v1/sign/batch", v.signBatch)
	e.POST("/v1/extend", v.extend)
	e.POST("/v1/extend/batch", v.extendBatch)
	get("/v1/extensions", v.waiting)
	get("/v1/extensions/:id", v.extension)
	e.POST("/v1/timestamps", v.timestamp)
	if v.TSA != nil {
		e.POST("/tsa", echo.WrapHandler(v.TSA))
	}
	if v.OCSP != nil {
		for _, path := range []string{"/ocsp", "/ocsp/*"} {
			e.POST(path, echo.WrapHandler(v.OCSP))
			e.GET(path, echo.WrapHandler(v.OCSP))
		}
	}
	e.POST("/v1/documents", v.issueDocument)
	get("/v1/documents/:number", v.document) // and {number}.pdf
	e.POST("/v1/documents/:number/events", v.recordEvent)
	get("/v1/documents/:number/events", v.events)
	e.POST("/v1/photographs", v.addPhotograph)
	get("/v1/check/:number", v.checkJSON)
	e.POST("/v1/check", v.checkSecret)
	get("/v1/schemas/document", v.schema)
	get("/v1/keys", v.keys)
	get("/v1/status-list", v.statuses)
	get("/v1/revocation", v.revocationLists)
	get("/v1/calendar", v.calendarYears)
	get("/v1/services", v.services)
	get("/v1/regulation", v.editions)
	get("/v1/regulation/:edition", v.edition)
	get("/v1/regulation/:edition/:route", v.diagram) // {route}.svg
	v.preparationRoutes(e, get)
	v.applicationRoutes(e, get)
	v.applicantRoutes(e, get)
	v.attachmentRoutes(e, get)
	v.messageRoutes(e, get)
	v.questionnaireRoutes(e, get)
	v.gatewayRoutes(e, get)
	v.elsewhereRoutes(e, get)
	v.licenceRoutes(e, get)
	v.correctionRoutes(e, get)
	v.peopleRoutes(e, get)
	v.signingRoutes(e, get)

	get("/", v.startPage)
	get("/check", v.formPage)
	e.POST("/check", v.findDocument)
	e.POST("/check/file", v.findFile)
	get("/check/:number", v.checkPage)
	get("/check/:number/:code", v.checkCodePage)
	e.POST("/check/:number/pdf", v.downloadPDF)
	e.POST("/check/:number/receipt", v.checkReceiptPage)
	v.layoutRoutes(get)
	get("/offline", v.offlinePage)
	get("/static/:name", v.static)
	get("/problems/:code", v.problemPage)

	get("/livez", v.live)
	get("/readyz", v.ready(""))
	get("/readyz/verify", v.ready(actVerify))
	get("/readyz/issue", v.ready(actIssue))
	get("/readyz/stamp", v.ready(actStamp))
	get("/version", v.version)
}

// now is the moment of a request in UTC, to the second: nobody needs more.
func (v *service) now() time.Time { return v.Now().UTC().Truncate(time.Second) }

// contextOf returns the context of a request.
func contextOf(c echo.Context) context.Context { return c.Request().Context() }
