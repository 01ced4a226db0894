package applications_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"tamga/documents"
	"tamga/documents/applications"
	"tamga/documents/attachments"
	"tamga/documents/messages"
	"tamga/documents/registry"
	"tamga/documents/regulation"
	"tamga/documents/store"
	"tamga/language"
	"tamga/signing/creation"
	"tamga/signing/signtest"
)

// planted are values that tell who a person is, put wherever an application takes one.
var planted = map[string]string{
	"ИИН": "850505300123", "name": "Құлыншақова Ұлбике", "telephone": "+77017654321", "e-mail": "ulbike@example.kz",
	"bytes of a file": "Fgh7Qx2LrTzWm5Vb", "free text": "атажұрттан қалған кілем", "holder": "Ұлттық музейі", "address": "Тәуелсіздік даңғылы",
	"bank": "https://pay.example/Zt4YhUw9", "person": "9f8e7d6c5b4a3f2e",
}

// forms are how a value may stand in a database: as it is, in JSON, as UTF-16, in
// hexadecimal, in base64 at each place of three, and its digest.
func forms(value string) map[string][]byte {
	all := map[string][]byte{"text": []byte(value), "hexadecimal": []byte(hex.EncodeToString([]byte(value))), "sum": []byte(store.HexSum([]byte(value)))}
	all["HEXADECIMAL"] = bytes.ToUpper(all["hexadecimal"])
	var escaped strings.Builder
	var big, little []byte
	for _, u := range utf16.Encode([]rune(value)) {
		big, little = append(big, byte(u>>8), byte(u)), append(little, byte(u), byte(u>>8))
		if u < 0x80 {
			escaped.WriteByte(byte(u))
		} else {
			fmt.Fprintf(&escaped, `\u%04x`, u)
		}
	}
	all["UTF-16BE"], all["UTF-16LE"], all["JSON"] = big, little, []byte(escaped.String())
	for shift := range 3 {
		raw := append(make([]byte, shift), value...)
		text := base64.StdEncoding.EncodeToString(raw[:len(raw)/3*3])
		if shift > 0 {
			text = text[4:]
		}
		all[fmt.Sprintf("base64 at %d", shift)] = []byte(text)
	}
	return all
}

// tables are all tables of the database with their columns.
func tables(t *testing.T, b *applications.Book, dsn string) map[string][]string {
	t.Helper()
	query := `SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'`
	if strings.HasPrefix(dsn, "postgres") {
		query = `SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'`
	}
	all := map[string][]string{}
	rows, err := b.Register.Store.QueryContext(t.Context(), query)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var table, column string
		must(t, rows.Scan(&table, &column))
		all[table] = append(all[table], column)
	}
	must(t, rows.Err())
	return all
}

// dump is every value of every table, and of SQLite the files too.
func dump(t *testing.T, b *applications.Book, dsn string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for table, columns := range tables(t, b, dsn) {
		rows, err := b.Register.Store.QueryContext(t.Context(), `SELECT `+strings.Join(columns, ", ")+` FROM `+table)
		must(t, err)
		for rows.Next() {
			values, into := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				into[i] = &values[i]
			}
			must(t, rows.Scan(into...))
			for i, v := range values {
				if raw, ok := v.([]byte); ok {
					v = string(raw)
				}
				all[table+"."+columns[i]] = fmt.Appendf(all[table+"."+columns[i]], "%v\n", v)
			}
		}
		must(t, rows.Err())
		must(t, rows.Close())
	}
	if !strings.HasPrefix(dsn, "postgres") {
		files, err := filepath.Glob(strings.TrimPrefix(dsn, "sqlite:") + "*")
		must(t, err)
		for _, file := range files {
			all["file "+filepath.Base(file)], err = os.ReadFile(file)
			must(t, err)
		}
	}
	return all
}

// finds are where planted values stand, in which form.
func finds(all map[string][]byte) (found []string) {
	for what, value := range planted {
		for form, raw := range forms(value) {
			for where, text := range all {
				if bytes.Contains(text, raw) {
					found = append(found, what+" as "+form+" in "+where)
				}
			}
		}
	}
	slices.Sort(found)
	return found
}

// plant puts the values into an application of the museum until it has ended, through
// every door of its life.
func plant(t *testing.T, w *walker, m *messages.Book) applications.Application {
	t.Helper()
	b := w.book
	quoted := func(what string) string { raw, _ := json.Marshal(planted[what]); return string(raw) }
	a, _, err := b.Open(t.Context(), applications.OpenRequest{
		Client: "person:" + planted["person"], IdempotencyKey: "for " + planted["ИИН"], Service: "TEC", Channel: regulation.Portal, Applicant: museum(),
		Form: json.RawMessage(`{"iin": ` + quoted("ИИН") + `, "name": ` + quoted("name") + `, "story": ` + quoted("free text") + `}`),
	})
	must(t, err)
	_, err = m.SetContact(t.Context(), a.ID, messages.Contact{Language: language.RU, Email: planted["e-mail"], Phone: planted["telephone"]})
	must(t, err)
	files := filesOf(b)
	for i, name := range []string{planted["name"] + ".txt", "b.txt"} {
		_, _, err = files.Add(t.Context(), attachments.AddRequest{
			Client: "person:" + planted["person"], Person: planted["person"], IdempotencyKey: fmt.Sprint(planted["ИИН"], i), Application: a.ID, Name: name,
			File: []byte(planted["bytes of a file"] + " " + planted["free text"] + name),
		})
		must(t, err)
	}
	list, err := files.List(t.Context(), a.ID)
	must(t, err)
	must(t, files.Remove(t.Context(), attachments.RemoveRequest{Client: "c", Person: planted["person"], Application: a.ID, ID: list[1].ID}))
	must(t, b.Looked(t.Context(), applications.Look{Application: a.ID, Person: planted["person"], Role: "EXECUTOR", Why: "application"}))
	w.values = json.RawMessage(`{"note": ` + quoted("free text") + `, "about": ` + quoted("ИИН") + `}`)
	a = goes(w, a.ID, isIssued)
	w.values = nil
	others(t, b, a.ID)
	return a
}

// others writes what payments, consents and other systems leave, as their rooms do.
func others(t *testing.T, b *applications.Book, id string) {
	t.Helper()
	must(t, b.Register.Store.Tx(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		enter := func(table, key, statement string, args ...any) {
			_, err := tx.ExecContext(ctx, statement, args...)
			must(t, err)
			must(t, registry.EnterRow(ctx, tx, store.Change{Table: table, Key: key, Event: store.Entered, At: b.Register.Store.Moment()}))
		}
		person := "person:" + planted["person"]
		enter("payments", "bill", `INSERT INTO payments (id, application, purpose, round, tenge, edition, client, asked_at, payment, redirect)
			VALUES ('bill', $1, 'TEC', 1, 5, 'e', $2, 1, 'pay-1', $3)`, id, person, planted["bank"])
		enter("payment_confirmations", "bill-1", `INSERT INTO payment_confirmations (id, bill, seq, state, tenge, receipt, paid_at, how, message, at)
			VALUES ('bill-1', 'bill', 1, 'paid', 5, 'r-1', 6, 'told', $1, 7)`, planted["name"])
		enter("consents", id, `INSERT INTO consents (id, application, edition, text, asked_at, until, decision, decided_at, how, client, signature, verdict, code_sha256)
			VALUES ($1, $1, 'e', $2, 1, 9, 'given', 5, 'code', $3, $4, $2, $5)`, id, planted["name"], person,
			base64.StdEncoding.EncodeToString([]byte(planted["name"])), store.HexSum([]byte(planted["telephone"])))
		enter("gateway_messages", "m", `INSERT INTO gateway_messages (id, sender, message_id, form, service, body, received_at, application, code, answer, answered_at)
			VALUES ('m', 'pep', 'x-1', 'json', 's', $1, 1, $2, 'ok', $3, 2)`, planted["ИИН"], id, base64.StdEncoding.EncodeToString([]byte(planted["ИИН"])))
		must(t, tx.EnqueueNow(ctx, "application_wait", "w"))
		_, err := tx.ExecContext(ctx, `UPDATE jobs SET done_at = 9, last_error = $1 WHERE id = 'w'`, planted["free text"])
		must(t, err)
		enter("application_waits", "w", `INSERT INTO application_waits (id, application, seq, step, asked, reason, since, ended_at)
			VALUES ('w', $1, 1, 'c', 'login', $2, 5, 9)`, id, planted["free text"])
		enter("questionnaire_invitations", id, `INSERT INTO questionnaire_invitations (application) VALUES ($1)`, id)
		return nil
	}))
}

// holdsNothing are the tables with rows of applications in which nobody is named.
var holdsNothing = map[string]string{
	"gateway_statuses":          "numbers and states",
	"questionnaire_invitations": "that somebody was asked; with which token stands nowhere",
	"application_erasures":      "the act that erases",
	"application_parts":         "its rows go", "application_applicants": "its rows go", "application_places": "its rows go",
}

func destruction() documents.NewEvent {
	return documents.NewEvent{
		Kind: documents.EventErased, OrderNumber: "7-ж", OrderDate: documents.Date{Year: 2013, Month: time.January, Day: 9},
		Reason: documents.Text{KK: "сақтау мерзімі өтті", RU: "истёк срок хранения"}, Signatory: "Әбдіғали Ж.С.",
		Position: documents.Text{KK: "Төраға", RU: "Председатель"},
	}
}

// administrator asks to erase an application, signed.
func administrator(t *testing.T, b *applications.Book, id string) applications.EraseRequest {
	t.Helper()
	req := applications.EraseRequest{
		Client: "person:a1", Application: id, Ground: applications.GroundOrder, Order: destruction(),
		Actor: applications.Actor{Role: "ADMINISTRATOR", Person: "Person of ADMINISTRATOR", ID: "a1"},
	}
	all, err := b.Erasing(t.Context(), req)
	must(t, err)
	req.Signature = signedErasure(t, b, all.Act, req.Actor.Person)
	return req
}

func signedErasure(t *testing.T, b *applications.Book, act []byte, person string) []byte {
	t.Helper()
	key, err := keyOf(person)
	must(t, err)
	signed, err := signtest.Sign(creation.CMS{Content: act, Claim: true}, key, b.Register.Store.Moment())
	must(t, err)
	return signed
}

// terminated ends the documents of an application, so that nobody needs them.
func terminated(t *testing.T, b *applications.Book, a applications.Application) {
	t.Helper()
	for _, e := range a.Entries {
		if e.Document == "" {
			continue
		}
		rec, life, err := b.Register.DocumentAndLife(t.Context(), e.Document)
		must(t, err)
		if !rec.Kind.GivesRight() || life.StatusAt(b.Register.Store.Moment()) != documents.StatusInForce {
			continue
		}
		order := destruction()
		order.Kind = documents.EventTerminated
		_, _, err = b.Register.Record(t.Context(), registry.EventRequest{
			Client: "c", IdempotencyKey: "end " + e.Document, Number: e.Document, AnyState: true, Event: order,
		})
		must(t, err)
	}
}

func refusedAs(t *testing.T, what string, err error, reason applications.Reason) {
	t.Helper()
	var refused *applications.RefusedError
	if !errors.As(err, &refused) || refused.Reason != reason {
		t.Errorf("%s: %v, want %q", what, err, reason)
	}
}

// What tells who a person is goes with an application that is erased, out of every table
// and file, in every form; what was done and when stays, and the log verifies.
func TestErase(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		b, clock := book(t, dsn, civil(t, "2026-09-01T10:00"))
		w := &walker{t: t, book: b, clock: clock}
		m, _ := post(t, b)
		a := plant(t, w, m)
		kept, _, err := b.Open(t.Context(), applications.OpenRequest{
			Client: "portal", IdempotencyKey: "kept", Service: "TEC", Channel: regulation.Portal,
			Applicant: documents.Holder{Natural: &documents.NaturalPerson{Surname: "Басқа", GivenName: "Адам", IIN: "850101400011"}},
		})
		must(t, err)
		shared, _, err := filesOf(b).Add(t.Context(), attachments.AddRequest{
			Client: "portal", IdempotencyKey: "shared", Application: kept.ID, Name: "a.txt", File: []byte("unshared"),
		})
		must(t, err)
		before := finds(dump(t, b, dsn))
		for what := range planted {
			if !slices.ContainsFunc(before, func(f string) bool { return strings.HasPrefix(f, what+" as ") }) {
				t.Errorf("the %s is nowhere before", what)
			}
		}
		req := applications.EraseRequest{Client: "person:a1", Application: a.ID, Ground: applications.GroundOrder, Order: destruction(),
			Actor: applications.Actor{Role: "ADMINISTRATOR", Person: "Person of ADMINISTRATOR", ID: "a1"}}
		_, err = b.Erasing(t.Context(), req)
		refusedAs(t, "a certificate in force", err, applications.ReasonKept)
		if !strings.Contains(fmt.Sprint(err), resultOf(a)) {
			t.Errorf("the refusal names no document: %v", err)
		}
		terminated(t, b, a)
		size, head, err := b.Register.Head(t.Context())
		must(t, err)
		all, err := b.Erasing(t.Context(), req)
		must(t, err)
		for table, columns := range tables(t, b, dsn) {
			in := slices.ContainsFunc(all.Rows, func(r applications.ErasedRows) bool { return r.Table == table && r.Rows > 0 })
			if slices.Contains(columns, "application") && !in && holdsNothing[table] == "" {
				t.Errorf("rows of applications in %s are not erased", table)
			}
		}
		if got, _, _ := b.Register.Head(t.Context()); got != size {
			t.Error("what was only tried stands in the log")
		}
		_, _, err = b.Erase(t.Context(), req)
		refusedAs(t, "unsigned", err, applications.ReasonSignature)
		req.Signature = signedErasure(t, b, all.Act, "Person of HEAD")
		_, _, err = b.Erase(t.Context(), req)
		refusedAs(t, "signed by another", err, applications.ReasonSignature)
		req.Signature = signedErasure(t, b, append(all.Act, ' '), "Person of ADMINISTRATOR")
		_, _, err = b.Erase(t.Context(), req)
		refusedAs(t, "another text is signed", err, applications.ReasonSignature)
		req.Signature = signedErasure(t, b, all.Act, "Person of ADMINISTRATOR")
		done, replayed, err := b.Erase(t.Context(), req)
		must(t, err)
		if replayed || done.Number != a.Number || len(done.Entries) != len(a.Entries) || done.Ended != regulation.EndIssued || done.Order.OrderNumber != "7-ж" {
			t.Errorf("erased as %+v", done)
		}
		for i, e := range done.Entries {
			was := a.Entries[i]
			if e.Step != was.Step || e.Outcome != was.Outcome || !e.At.Equal(was.At) || e.Document != was.Document || e.Actor.Person != "" || e.Data.Values != nil {
				t.Errorf("entry %d is %+v", i+1, e)
			}
		}
		for _, f := range finds(dump(t, b, dsn)) {
			t.Error(f)
		}
		must(t, b.Register.VerifyLog(t.Context()))
		must(t, b.Register.CheckHead(t.Context(), size, head))
		rows := len(all.Documents)
		for _, r := range all.Rows {
			rows += r.Rows
		}
		if n, err := b.Register.Erased(t.Context()); err != nil || n != rows {
			t.Errorf("%d rows are told as erased, want %d: %v", n, rows, err)
		}
		if got, err := whole(t, filesOf(b), shared.ID); err != nil || string(got) != "unshared" {
			t.Errorf("another's file: %q, %v", got, err)
		}
		afterErasure(t, b, a, req)
	})
}

// afterErasure holds what an erased application is answered with.
func afterErasure(t *testing.T, b *applications.Book, a applications.Application, req applications.EraseRequest) {
	t.Helper()
	_, replayed, err := b.Erase(t.Context(), req)
	if err != nil || !replayed {
		t.Errorf("asked again: %t, %v", replayed, err)
	}
	other := req
	other.Order.OrderNumber = "8"
	_, _, erasedByOther := b.Erase(t.Context(), other)
	_, byID := b.Application(t.Context(), a.ID)
	_, byNumber := b.Application(t.Context(), a.Number)
	_, signatures := b.Signatures(t.Context(), a.ID)
	_, _, entering := b.Enter(t.Context(), applications.EnterRequest{
		Client: "c", IdempotencyKey: "late", Application: a.ID, AnyState: true, Act: applications.Act{Actor: applications.Actor{Role: "HEAD", Person: "x"}, Step: "s", Outcome: "o"},
	})
	_, _, attaching := filesOf(b).Add(t.Context(), attachments.AddRequest{Client: "c", IdempotencyKey: "late", Application: a.ID, Name: "a.txt", File: []byte("x")})
	for what, err := range map[string]error{
		"another order": erasedByOther, "by id": byID, "by number": byNumber, "signatures": signatures, "an entry": entering, "a file": attaching,
	} {
		if !errors.Is(err, applications.ErrErased) {
			t.Errorf("%s: %v", what, err)
		}
	}
	list, err := b.List(t.Context(), applications.Chosen{Parties: []string{museum().Identity()}})
	if err != nil || slices.ContainsFunc(list, func(o applications.Application) bool { return o.ID == a.ID }) {
		t.Errorf("it is in a list: %v", err)
	}
	if _, err := b.Remind(t.Context()); err != nil {
		t.Error(err)
	}
}

// An application that goes on, one that is kept, and who may not: each is refused by its
// reason.
func TestEraseRefused(t *testing.T) {
	cluster.EachEngine(t, func(t *testing.T, dsn string) {
		b, clock := book(t, dsn, civil(t, "2026-09-01T10:00"))
		w := &walker{t: t, book: b, clock: clock}
		a := filed(t, b, "1")
		req := applications.EraseRequest{
			Client: "c", Application: a.ID, Ground: applications.GroundOrder, Order: destruction(),
			Actor: applications.Actor{Role: "ADMINISTRATOR", Person: "Person of ADMINISTRATOR", ID: "a1"},
		}
		_, err := b.Erasing(t.Context(), req)
		refusedAs(t, "pending", err, applications.ReasonPending)
		a = goes(w, a.ID, isIssued)
		terminated(t, b, a)
		head := req
		head.Actor.Role = "HEAD"
		_, err = b.Erasing(t.Context(), head)
		refusedAs(t, "by the head", err, applications.ReasonActor)
		kept := req
		kept.Ground = applications.GroundRetention
		end := a.Entries[len(a.Entries)-1].At.AddDate(5, 0, 0)
		clock.set(end.Add(-time.Microsecond))
		_, err = b.Erasing(t.Context(), kept)
		refusedAs(t, "kept until this moment", err, applications.ReasonRetention)
		clock.set(end)
		if _, err = b.Erasing(t.Context(), kept); err != nil {
			t.Errorf("after the retention: %v", err)
		}
		for what, c := range map[string]struct {
			edit func(*applications.EraseRequest)
			want string
		}{
			"no ground": {func(r *applications.EraseRequest) { r.Ground = "" }, "/ground unknown"},
			"no order":  {func(r *applications.EraseRequest) { r.Order = documents.NewEvent{Kind: documents.EventErased} }, "/order_number required"},
			"nowhere":   {func(r *applications.EraseRequest) { r.Application = "5f0c1d2e3a4b5c6d" }, applications.ErrNotFound.Error()},
		} {
			r := req
			c.edit(&r)
			if _, err := b.Erasing(t.Context(), r); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want %s", what, err, c.want)
			}
		}
		if _, err := b.Erasure(t.Context(), a.ID); !errors.Is(err, applications.ErrNotFound) {
			t.Errorf("not erased: %v", err)
		}
	})
}
