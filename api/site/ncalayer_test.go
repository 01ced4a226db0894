package site_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tamga/browsertest"
	"tamga/signing/creation"
	"tamga/signing/ncalayer"
)

// demoKey is a key of the demonstration.
func demoKey(name string) (creation.Key, bool) {
	raw, err := os.ReadFile(filepath.Join(demo.dir, "var", "keys", name+".pem"))
	if err != nil {
		return creation.Key{}, false
	}
	key, err := creation.ParseKeyPEM(raw)
	return key, err == nil
}

// machine is somebody's computer: a browser, and a program behind the address of NCALayer
// with a certificate of its own, before which somebody sits.
type machine struct {
	*browsertest.Browser
	*ncalayer.Hand
	t     *testing.T
	url   string
	heard chan string
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	url := open(t)
	const most = 100
	hand, heard := &ncalayer.Hand{}, make(chan string, most)
	program := httptest.NewTLSServer(&ncalayer.Signer{Key: demoKey, Now: time.Now, Hand: hand, Origins: []string{"127.0.0.1:*"},
		Hear: func(request []byte) { heard <- string(request) }})
	t.Cleanup(program.CloseClientConnections)
	t.Cleanup(program.Close)
	there := strings.TrimPrefix(program.URL, "https://")
	b := browsertest.Open(t, "", "ignore-certificate-errors",
		fmt.Sprintf("host-resolver-rules=MAP 127.0.0.1:13579 %s,MAP localhost:13579 %s", there, there))
	return &machine{Browser: b, Hand: hand, t: t, url: url, heard: heard}
}

const signInButton = `form[action="/sign-in"] button[type=submit]`

// tries opens the page to sign in, does something to it, and signs.
func (m *machine) tries(change string, act ncalayer.Act, key string) {
	m.t.Helper()
	m.Run(m.t, browsertest.Visit(m.url+"/sign-in?lang=en"), browsertest.See("h1"))
	m.Ask(m.t, change+`;""`)
	m.Does(act, key)
	m.requests()
	m.Run(m.t, browsertest.Click(signInButton))
}

// ends holds that the page says a trouble, has the focus there, and can be used again.
func (m *machine) ends(text string) {
	m.t.Helper()
	m.Run(m.t, browsertest.Until("[data-trouble]:not([hidden])", text))
	if at := m.Ask(m.t, `String(document.activeElement.hasAttribute("data-trouble")) + document.querySelector("[data-signing]").getAttribute("aria-busy")`); at != "truenull" {
		m.t.Errorf("%q: focus and busy are %s", text, at)
	}
}

// request is what the page asked, among what was heard.
func (m *machine) requests() (all []struct {
	Module string
	Args   json.RawMessage
}) {
	m.t.Helper()
	for len(m.heard) > 0 {
		var one struct {
			Module string
			Args   json.RawMessage
		}
		if err := json.Unmarshal([]byte(<-m.heard), &one); err != nil {
			m.t.Fatal(err)
		}
		all = append(all, one)
	}
	return all
}

// unknownHere is what the page says of a right signature by somebody who is not registered.
const unknownHere = "not registered yet"

// The page signs by NCALayer, and goes before the demonstration's signer: texts in one
// dialogue, or text by text where there is no basics; with the text or apart from it.
func TestNCALayer(t *testing.T) {
	m := newMachine(t)
	m.tries("", ncalayer.Signs, "member-3")
	m.Run(t, browsertest.Until("#errors", unknownHere))
	asked := m.requests()
	if len(asked) != 1 || asked[0].Module != "kz.gov.pki.knca.basics" || !strings.Contains(string(asked[0].Args), `"decode":"true","encapsulate":"true","digested":"false"`) {
		t.Errorf("asked %s", asked)
	}
	apart := `document.querySelector("[data-text]").dataset.detached = "true"`
	m.tries(apart, ncalayer.Signs, "member-3")
	m.Run(t, browsertest.Until("#errors", unknownHere))
	if asked := m.requests(); len(asked) != 1 || !strings.Contains(string(asked[0].Args), `"encapsulate":"false"`) {
		t.Errorf("apart from the text: asked %s", asked)
	}
	m.tries(apart, ncalayer.Lacks, "member-3")
	m.Run(t, browsertest.Until("#errors", unknownHere))
	if asked := m.requests(); len(asked) != 2 || asked[1].Module != "kz.gov.pki.knca.commonUtils" || !strings.HasSuffix(string(asked[1].Args), `,false]`) {
		t.Errorf("without basics: asked %s", asked)
	}
	for _, act := range []ncalayer.Act{ncalayer.Signs, ncalayer.Lacks} {
		m.Run(t, browsertest.Visit(m.url+"/register?lang=en"), browsertest.Fill("#password", "abc"))
		m.Does(act, "member-3")
		m.Run(t, browsertest.Click(`form[action="/register"] button[type=submit]`), browsertest.Until("#errors", "too short"))
		if n := len(m.requests()); n != map[ncalayer.Act]int{ncalayer.Signs: 1, ncalayer.Lacks: 3}[act] {
			t.Errorf("two texts, %q: %d requests", act, n)
		}
	}
	m.Quiet(t, "status of 4")
}

// The page tells apart what can be wrong with NCALayer and with whoever sits before it,
// and does not wait for ever.
func TestNCALayerTroubles(t *testing.T) {
	m := newMachine(t)
	impatient := `document.querySelector("[data-signing]").dataset.patience = "0.2"`
	alone := `document.querySelector("[data-signing]").dataset.demo = ""`
	for _, c := range []struct {
		change string
		act    ncalayer.Act
		says   string
	}{
		{"", ncalayer.Cancels, "You cancelled"},
		{"", ncalayer.Fails, "NCALayer calls it SIGNING_FAILURE"},
		{"", ncalayer.Garbles, "could not be read"},
		{"", ncalayer.Drops, "connection to NCALayer was lost"},
		{impatient, ncalayer.Hangs, "NCALayer does not answer"},
		{impatient + ";" + alone, ncalayer.Mute, "NCALayer does not answer"},
	} {
		m.tries(c.change, c.act, "member-3")
		m.ends(c.says)
	}
	m.Accessible(t)
	m.Picture(t, "sign-in-trouble")

	// Cancelled without basics: another answer, which means the same.
	m.tries("", ncalayer.Lacks, "nobody")
	m.ends("You cancelled")

	// Whoever does not find the window stops waiting, by the keyboard alone.
	m.tries(impatient, ncalayer.Hangs, "member-3")
	m.Run(t, browsertest.Until("[data-status]", "may be behind this one"), browsertest.See("[data-stop]"), browsertest.Press("[data-stop] button", "\r"))
	m.ends("You stopped waiting")

	// And then it works, on the same page.
	m.Does(ncalayer.Signs, "member-3")
	m.Run(t, browsertest.Press(signInButton, "\r"), browsertest.Until("#errors", unknownHere))
	m.Quiet(t, "status of 403", "13579")
}

// Where nothing can be reached the page says why: nothing runs there, or the browser does
// not let the page.
func TestNCALayerOutOfReach(t *testing.T) {
	url := open(t)
	port := url[strings.LastIndex(url, ":")+1:]
	b := browsertest.Open(t, "", "host-resolver-rules=MAP 127.0.0.1:13579 127.0.0.1:1,MAP localhost:13579 127.0.0.1:1,MAP *.test 127.0.0.1",
		"unsafely-treat-insecure-origin-as-secure=http://tamga.test:"+port)
	permission := func(state string) string {
		return `navigator.permissions.query = ({name}) => name === "local-network-access" ? Promise.resolve({state: "` + state + `"}) : Promise.reject(new TypeError(name))`
	}
	for _, c := range []struct{ host, change, says string }{
		{"tamga.test", permission("granted"), "NCALayer does not run"},
		{"tamga.test", permission("denied"), "does not let this page reach programs"},
		{"tamga.test", permission("prompt"), "has not asked yet"},
		{"tamga.test", `navigator.permissions.query = () => Promise.reject(new TypeError())`, "NCALayer does not run"},
		{"plain.test", permission("prompt"), "without encryption"},
		{"127.0.0.1", permission("prompt"), "NCALayer does not run"}, // a page of this machine needs no permission
	} {
		b.Run(t, browsertest.Visit("http://"+c.host+":"+port+"/sign-in?lang=en"), browsertest.See("h1"))
		b.Ask(t, `document.querySelector("[data-signing]").dataset.demo = "";`+c.change+`;""`)
		b.Run(t, browsertest.Click(signInButton), browsertest.Until("[data-trouble]:not([hidden])", c.says))
	}
	b.Quiet(t, "13579", "Cross-Origin-Opener-Policy")
}
