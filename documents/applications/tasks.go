package applications

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"tamga/documents/regulation"
	"tamga/documents/store"
)

// Task is what somebody of a role has to do on an application.
type Task struct {
	Application string // its id
	Number      string // empty before the registration
	Service     string
	Step        string
	Role        string
	Person      string // to whom it was handed, the id or else the name; empty for any of the role
	Since       time.Time
	Due         time.Time // zero where nothing is due, or cannot be told yet
	PausedUntil time.Time
	State       TaskState
	After       string // for the next page, which begins after this task
}

// TaskState is how urgent a task is.
type TaskState string

// The states.
const (
	TaskOverdue TaskState = "overdue"
	TaskSoon    TaskState = "soon" // due within a day
	TaskOpen    TaskState = "open"
	TaskPaused  TaskState = "paused"
)

// soonDue is how long before it is due a task is due soon.
const soonDue = 24 * time.Hour

// TasksQuery says which tasks are listed.
type TasksQuery struct {
	Roles    []string
	Services []string // empty for all
	Person   string   // id or name: what was handed to others is left out; empty for all
	After    string   // the After of the last task that is known
	Limit    int      // at most 200; zero or less means 50
}

// ErrCursor means that a list is to go on after what no list has told.
var ErrCursor = errors.New("no list has told such a place to go on from")

// never is when that is due which has no term.
const never = math.MaxInt64

// Tasks returns what is to be done in roles, in the order in which it is due: what is
// overdue first, and last what has no term or is paused.
func (b *Book) Tasks(ctx context.Context, q TasksQuery) (list []Task, err error) {
	const most, usual = 200, 50
	if q.Limit <= 0 {
		q.Limit = usual
	}
	q.Limit = min(q.Limit, most)
	after, err := parseCursor(q.After)
	if err != nil {
		return nil, err
	}
	ctx, end := b.Register.Store.Bounded(ctx)
	defer end(&err)
	now := b.Register.Store.Moment()
	for _, role := range q.Roles {
		for _, persons := range q.persons() {
			some, err := b.tasks(ctx, q, queue{role, persons, after, now})
			if err != nil {
				return nil, err
			}
			list = append(list, some...)
		}
	}
	slices.SortFunc(list, func(a, b Task) int { return cmp.Compare(a.After, b.After) })
	return list[:min(q.Limit, len(list))], nil
}

// persons are the persons whose tasks are listed; the empty one is of nobody, and a
// wildcard of all.
func (q TasksQuery) persons() []string {
	if q.Person == "" {
		return []string{anyone}
	}
	return []string{"", q.Person}
}

const anyone = "*"

// queue is the tasks of a role, from a place on.
type queue struct {
	role, person string
	after        cursor
	now          time.Time
}

func (b *Book) tasks(ctx context.Context, q TasksQuery, from queue) ([]Task, error) {
	args := []any{from.role, from.after.due, from.after.application, q.Limit}
	where := `p.role = $1 AND (p.due_at, p.application) > ($2, $3)`
	if from.person != anyone {
		args = append(args, from.person)
		where += fmt.Sprintf(` AND p.person = $%d`, len(args))
	}
	if len(q.Services) > 0 {
		var marks []string
		for _, s := range q.Services {
			args = append(args, s)
			marks = append(marks, fmt.Sprintf("$%d", len(args)))
		}
		where += ` AND p.service IN (` + strings.Join(marks, ", ") + `)`
	}
	rows, err := b.Register.Store.QueryContext(ctx, `SELECT p.application, a.number, p.service, p.step, p.role, p.person, p.since, p.due_at, p.paused_until
		FROM application_places p JOIN applications a ON a.id = p.application WHERE `+where+` ORDER BY p.due_at, p.application LIMIT $4`, args...)
	if err != nil {
		return nil, fmt.Errorf("failed to list the tasks: %w", err)
	}
	defer rows.Close()
	var list []Task
	for rows.Next() {
		var t Task
		var since, due, paused int64
		if err := rows.Scan(&t.Application, &t.Number, &t.Service, &t.Step, &t.Role, &t.Person, &since, &due, &paused); err != nil {
			return nil, fmt.Errorf("failed to list the tasks: %w", err)
		}
		t.Since, t.After = store.Time(since), cursor{due, t.Application}.String()
		if due != never {
			t.Due = store.Time(due)
		}
		if paused != 0 {
			t.PausedUntil = store.Time(paused)
		}
		t.State = t.state(from.now)
		list = append(list, t)
	}
	return list, rows.Err()
}

func (t Task) state(now time.Time) TaskState {
	switch {
	case t.PausedUntil.After(now):
		return TaskPaused
	case t.Due.IsZero():
		return TaskOpen
	case !now.Before(t.Due):
		return TaskOverdue
	case !now.Before(t.Due.Add(-soonDue)):
		return TaskSoon
	}
	return TaskOpen
}

// cursor is a place in a queue. Its text is in the order of the queue.
type cursor struct {
	due         int64
	application string
}

func (c cursor) String() string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%019d%s", c.due, c.application))
}

func parseCursor(text string) (c cursor, err error) {
	if text == "" {
		return cursor{due: math.MinInt64}, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) != 19+2*idLength {
		return c, ErrCursor
	}
	if _, err := fmt.Sscanf(string(raw[:19]), "%019d", &c.due); err != nil {
		return c, ErrCursor
	}
	c.application = string(raw[19:])
	return c, nil
}

// places are who may go on where an application stands.
func (c Case) places() []string {
	var roles []string
	add := func(all ...string) {
		for _, role := range all {
			if !slices.Contains(roles, role) {
				roles = append(roles, role)
			}
		}
	}
	for _, m := range c.Walk.Moves(c.Place()) {
		add(m.Step.Actor)
		if m.Step.SignedBy(m.Step.Actor) {
			add(m.Step.Signs...)
		}
		if c.waitsForHand(m.Step) {
			add(c.Rules.Manual.By...)
		}
	}
	return roles
}

// waitsForHand reports whether an official may enter the answers that a step asks.
func (c Case) waitsForHand(s *regulation.Step) bool {
	return c.Rules.Manual != nil && slices.ContainsFunc(c.Waits, func(w Wait) bool { return w.ByHand && w.Step == s.ID })
}
