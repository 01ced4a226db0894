package api

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"tamga/signing/spool"
)

// slowClient looks at the service while an answer is being sent.
type slowClient struct {
	*httptest.ResponseRecorder
	look func()
}

func (c *slowClient) Write(b []byte) (int, error) {
	c.look()
	return c.ResponseRecorder.Write(b)
}

func (c *slowClient) SetReadDeadline(time.Time) error  { return nil }
func (c *slowClient) SetWriteDeadline(time.Time) error { return nil }

func answering(t *testing.T, room int64) *service {
	t.Helper()
	space := &spool.Space{Dir: t.TempDir(), Most: room, Memory: spoolMemory}
	return &service{
		Server: Server{RequestTime: time.Minute, Now: time.Now, Log: slog.New(slog.DiscardHandler), MaxBody: 1 << 20},
		budget: newBudget(DefaultMemory), spool: space, answers: answers{spool: space},
		requests: newRequests(), batches: newBatches(),
	}
}

// allFree reports whether nothing of some memory is held.
func (b *lanes) allFree() bool {
	for _, l := range []lane{b.small, b.large, b.clients} {
		if !l.free.TryAcquire(l.size) {
			return false
		}
		l.free.Release(l.size)
	}
	return true
}

// While a client takes its answer, others have the memory that making it took,
// and a long answer lies on the disk, which has a bound too.
func TestSlowClients(t *testing.T) {
	for name, c := range map[string]struct {
		answer string
		room   int64
		status int
		onDisk bool
	}{
		"a short answer":             {strings.Repeat("x", spoolMemory-10), 0, http.StatusOK, false},
		"a long answer":              {strings.Repeat("x", spoolMemory), 0, http.StatusOK, true},
		"a short one without a disk": {"x", 1, http.StatusOK, false},
		"a long one without room":    {strings.Repeat("x", spoolMemory), 1, http.StatusServiceUnavailable, false},
	} {
		t.Run(name, func(t *testing.T) {
			v := answering(t, c.room)
			e := echo.New()
			e.JSONSerializer, e.HTTPErrorHandler = v.answers, v.fail
			e.Use(v.share)
			e.POST("/", func(ec echo.Context) error {
				if err := v.admitted(ec, 3*megabyte, 20*megabyte); err != nil {
					return err
				}
				if v.budget.bodies.allFree() || v.budget.judging.allFree() {
					t.Error("nothing is held while it is at work")
				}
				return ec.JSON(http.StatusOK, c.answer)
			})
			looked := false
			client := &slowClient{httptest.NewRecorder(), func() {
				looked = true
				if !v.budget.bodies.allFree() || !v.budget.judging.allFree() {
					t.Error("memory is held while the answer is sent")
				}
				if onDisk := v.spool.Used() > 0; onDisk != c.onDisk {
					t.Errorf("the answer lies on the disk: %t", onDisk)
				}
			}}
			e.ServeHTTP(client, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader("x")))
			if client.Code != c.status || !looked {
				t.Errorf("%d %.200s", client.Code, client.Body)
			}
			var got string
			if c.status == http.StatusOK && (json.Unmarshal(client.Body.Bytes(), &got) != nil || got != c.answer) {
				t.Error("another answer came")
			}
			if v.spool.Used() != 0 {
				t.Errorf("%d bytes stay on the disk", v.spool.Used())
			}
		})
	}
}

// The same of the lines of a batch, of which some wait to be sent.
func TestSlowClientOfBatch(t *testing.T) {
	for name, room := range map[string]int64{"with room": 0, "without": 1} {
		t.Run(name, func(t *testing.T) {
			v := answering(t, room)
			long := strings.Repeat("x", 2*spoolMemory)
			const lines = 10
			var made sync.WaitGroup
			made.Add(lines)
			body := strings.Repeat("{}\n", lines)
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/verify/batch", strings.NewReader(body))
			r.Header.Set("Content-Type", batchType)
			first := sync.OnceFunc(func() {
				made.Wait() // all are answered while the client takes none
				for deadline := time.Now().Add(time.Minute); !v.budget.bodies.allFree() || !v.budget.judging.allFree(); time.Sleep(time.Millisecond) {
					if time.Now().After(deadline) {
						t.Error("memory is held while answers wait")
						return
					}
				}
			})
			client := &slowClient{httptest.NewRecorder(), first}
			c := echo.New().NewContext(r, client)
			err := v.batch(c, func(c echo.Context, _ []byte) (string, any, error) {
				defer made.Done()
				share, err := v.budget.bodies.admit(contextOf(c), megabyte, false)
				if err != nil {
					return "", nil, err
				}
				share()
				return "id", long, nil
			})
			if err != nil {
				t.Fatal(err)
			}
			d := json.NewDecoder(client.Body)
			for i := range lines {
				var a struct {
					batchAnswer
					Result string `json:"result"`
				}
				if err := d.Decode(&a); err != nil {
					t.Fatal(err)
				}
				switch {
				case a.Line != i+1 || a.ID != "id":
					t.Errorf("line %d: %+v", i+1, a.batchAnswer)
				case room == 0 && (a.Status != http.StatusOK || a.Result != long):
					t.Errorf("line %d: status %d, %d bytes", i+1, a.Status, len(a.Result))
				case room == 1 && (a.Status != http.StatusServiceUnavailable || a.Problem == nil || a.Problem.Code != "busy"):
					t.Errorf("line %d without room: %+v", i+1, a.batchAnswer)
				}
			}
			if v.spool.Used() != 0 {
				t.Errorf("%d bytes stay on the disk", v.spool.Used())
			}
		})
	}
}

// What cannot be written as JSON is our fault, and no answer.
func TestUnwritableAnswer(t *testing.T) {
	if _, err := (answers{}).text(make(chan int)); err == nil || errors.Is(err, spool.ErrFull) {
		t.Errorf("the error is %v", err)
	}
}
