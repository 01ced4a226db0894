package registry

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tamga/documents/store"
)

// covered are the columns whose digests stand in the records about each table's
// rows, beside what the records say openly: a document's number and kind, an
// event's number, place, kind and times. A column that an answer is made from
// stands here, or follows from what does and is compared: files, counters and
// the log itself. A test edits every column of every table. It is read only.
var covered = map[string][]string{
	"documents": {
		"status", "content", "content_sha256", "client", "reserved_at", "file_sha256", "evidence", "about",
		"check_code", "layout", "erased_at",
	},
	"events":   {"detail", "data"},
	"requests": {"client", "idempotency_key", "body_sha256"},
	// The whole of the row, id included: these have no number that is public.
	"clients":     {"id", "name", "scopes", "secret_sha256", "created_at", "revoked_at"},
	"extensions":  {"id", "client", "format", "level", "file", "content", "created_at", "done_at", "result"},
	"photographs": {"sha256", "bytes", "client", "created_at"},
	"seal_keys":   {"id", "point", "since"},
	"addresses":   {"base", "demo", "since"},
	"answers":     {"id", "client", "idempotency_key", "body_sha256", "answer", "created_at"},
	"applications": {
		"id", "number", "edition", "service", "route", "applicant", "form", "opened_at", "registered_at",
		"client", "idempotency_key", "body_sha256",
	},
	"application_entries": {
		"id", "application", "seq", "step", "outcome", "under", "under_outcome", "actor", "person", "edition", "data",
		"document", "at", "next_step", "next_action", "ended", "client", "idempotency_key", "body_sha256",
	},
	"persons":  {"id", "identity", "person", "added_at", "added_by"},
	"accounts": {"id", "login", "person", "bin", "roles", "password", "set_at"},
	"duties": {
		"id", "person", "role", "provider", "valid_from", "valid_until", "deputy_of", "order_number", "order_date", "position",
		"given_by", "given_at", "ended_by", "ended_at",
	},
	"powers": {
		"id", "principal", "principal_name", "person", "kind", "number", "issued_on", "valid_until", "may", "entered_by", "entered_at",
		"ended_by", "ended_at",
	},
	"application_signatures": {"id", "application", "act", "signature", "verdict", "at"},
	"application_waits":      {"id", "application", "seq", "step", "asked", "reason", "by_hand", "since", "document", "ended_at"},
	"attachments": {
		"id", "application", "seq", "name", "item", "type", "size", "sha256", "signed", "findings", "scan", "scan_detail", "scanned_at",
		"client", "person", "added_at", "removed_at", "removed_by", "idempotency_key", "body_sha256",
	},
	actSignatures: {"id", "batch", "outcome", "signed_by", "act", "signature", "signed_at"},
	// The salt, the content and the signature are held by the commitment.
	actsOfTwo: {
		"id", "kind", "batch", "line", "entered_by", "entered_at", "idempotency_key", "commitment",
		"outcome", "decided_by", "decided_at", "reason", "document",
	},
	// What is held and the bytes follow from their digests.
	correctedFiles: {"sha256", "number", "seq", "corrected_at", "held_sha256", "erased_at"},
	"preparations": {
		"id", "number", "round", "state", "issued_on", "sub_filter", "digest_algorithm", "digest", "prepared_at", "ended_at",
		"signature_sha256", "digests", "held", "file",
	},
	reminderRows:           {"id", "number", "event", "day", "state", "at"},
	"application_erasures": {"application", "act", "signature", "verdict", "person", "role", "ground", "at"},
	"looks":                {"id", "application", "person", "role", "why", "at"},
	"contacts":             {"application", "language", "email", "phone", "given_at"},
	"messages": {
		"id", "application", "document", "event", "occasion", "channel", "language", "address", "text", "state", "detail",
		"queued_at", "sent_at", "ended_at",
	},
	"questionnaire_invitations": {"application"},
	"questionnaire_keys":        {"id", "secret"},
	"payments":                  {"id", "application", "purpose", "round", "tenge", "edition", "client", "asked_at", "payment", "redirect"},
	"payment_confirmations": {
		"id", "bill", "seq", "state", "tenge", "receipt", "paid_at", "how", "message", "at",
	},
	"consents": {
		"id", "application", "edition", "text", "asked_at", "until", "decision", "decided_at", "how", "client", "signature", "verdict",
		"code_sha256", "code_until", "code_tries",
	},
	"gateway_messages": {
		"id", "sender", "message_id", "form", "service", "body", "received_at", "application", "code", "answer", "answered_at",
	},
	"gateway_statuses": {"id", "message", "seq", "application", "state", "number", "document", "at", "sent_at"},
	"rules": {
		"id", "kind", "name", "valid_from", "valid_until", "content", "sha256", "entered_by", "entered_at",
		"confirmed_by", "confirmed_at", "place", "withdrawn_by", "withdrawn_at", "ended_by", "ended_at",
	},
}

// The digests over whole lists of rows, and what they are over.
const (
	allEvents       = "events"
	allRequests     = "requests"
	eventListRows   = `seq, kind, effective_at, recorded_at, detail, data, log_idx`
	requestListRows = `event, client, idempotency_key, body_sha256`
)

// rowSubject is a subject whose whole state is one row.
type rowSubject struct {
	subject, table, key string
	// adopted: its table is older than the log of every row.
	adopted bool
}

// rowSubjects is read only.
var rowSubjects = []rowSubject{
	{subjectClient, "clients", "id", true},
	{subjectExtension, "extensions", "id", true},
	{subjectPhotograph, "photographs", "sha256", true},
	{subjectSealKey, "seal_keys", "id", true},
	{subjectAddress, "addresses", "base", false},
	{subjectAnswer, "answers", "id", false},
	{subjectRule, "rules", "id", false},
	{subjectApplication, "applications", "id", false},
	{subjectEntry, "application_entries", "id", false},
	{subjectPerson, "persons", "id", false},
	{subjectAccount, "accounts", "id", false},
	{subjectDuty, "duties", "id", false},
	{subjectPower, "powers", "id", false},
	{subjectSignature, "application_signatures", "id", false},
	{subjectWait, "application_waits", "id", false},
	{subjectAttachment, "attachments", "id", false},
	{subjectLook, "looks", "id", false},
	{subjectAct, actsOfTwo, "id", false},
	{subjectCorrectedFile, correctedFiles, "sha256", false},
	{subjectActSignature, actSignatures, "id", false},
	{subjectPreparation, "preparations", "id", false},
	{subjectErasure, erasureRows, "application", false},
	{subjectReminder, reminderRows, "id", false},
	{subjectContact, "contacts", "application", false},
	{subjectMessage, "messages", "id", false},
	{subjectInvitation, "questionnaire_invitations", "application", false},
	{subjectQuestionnaireKey, "questionnaire_keys", "id", false},
	{subjectPayment, "payments", "id", false},
	{subjectConfirmation, "payment_confirmations", "id", false},
	{subjectConsent, "consents", "id", false},
	{subjectGatewayMessage, "gateway_messages", "id", false},
	{subjectGatewayStatus, "gateway_statuses", "id", false},
}

func rowSubjectOf(subject string) rowSubject {
	for _, s := range rowSubjects {
		if s.subject == subject {
			return s
		}
	}
	return rowSubject{}
}

// row is what a table says: the values of its covered columns by the names of
// their digests.
type row map[string]any

// commitTo adds the digests of a row of a table to a leaf; none of a row that is not
// there.
func (r row) commitTo(l *Leaf, salt []byte, table string) {
	if r == nil {
		return
	}
	for _, column := range covered[table] {
		name := table + "." + column
		l.commit(salt, name, r[name])
	}
}

// rowOf is a row of which the columns of a list were read.
func rowOf(table, list string, values []any) row {
	r := row{}
	for i, column := range strings.Split(list, ", ") {
		r[table+"."+column] = values[i]
	}
	return r
}

// differs returns the name of a column whose digest in a leaf is not that of
// its value, or nothing. Of several it is the first in the order of the table.
func (r row) differs(l Leaf, salt []byte, table string) string {
	for _, column := range covered[table] {
		name := table + "." + column
		if !l.opens(salt, name, r[name]) {
			return column
		}
	}
	return ""
}

// selectRow is the statement that reads the covered columns of one row into a row,
// which stays nil if there is none.
func selectRow(into *row, table, where string, args ...any) store.Statement {
	columns := covered[table]
	return store.Statement{
		Query: `SELECT ` + strings.Join(columns, ", ") + ` FROM ` + table + ` WHERE ` + where, Args: args,
		Each: func(scan func(...any) error) error {
			values, places := targets(len(columns))
			if err := scan(places...); err != nil {
				return err
			}
			*into = row{}
			for i, column := range columns {
				name := table + "." + column
				if (*into)[name] = values[i]; !slices.Contains(bytesColumns, name) {
					(*into)[name] = asDeclared(values[i])
				}
			}
			return nil
		},
	}
}

// readRow reads the covered columns of one row; nil if there is none.
func readRow(ctx context.Context, db store.Reader, table, where string, args ...any) (row, error) {
	var r row
	s := selectRow(&r, table, where, args...)
	err := s.Each(db.QueryRowContext(ctx, s.Query, s.Args...).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("failed to read %s: %w", table, err)
	}
	return r, nil
}

// bytesColumns are the covered columns that hold bytes; all others hold text or
// integers. It is read only.
var bytesColumns = []string{
	"extensions.file", "extensions.content", "extensions.result", "photographs.bytes", "seal_keys.point", "answers.answer", "rules.content",
	"application_signatures.signature", "questionnaire_keys.secret", "preparations.file",
	"application_erasures.signature",
}

// bytesForText are bytes in a column of text. SQLite keeps them there, and a
// statement that looks for the text does not find them: they are another value.
type bytesForText []byte

// asDeclared returns a value of a column of text or integers as it is, and bytes
// as what they must not be.
func asDeclared(v any) any {
	if b, ok := v.([]byte); ok {
		return bytesForText(b)
	}
	return v
}

// readValues reads all values of the rows of a query, row after row.
func readValues(ctx context.Context, db store.Reader, columns int, query string, args ...any) ([]any, error) {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []any
	for rows.Next() {
		values, into := targets(columns)
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		all = append(all, values...)
	}
	return all, rows.Err()
}

// targets returns room for the values of columns, and what to scan them into.
func targets(n int) (values, into []any) {
	values, into = make([]any, n), make([]any, n)
	for i := range values {
		into[i] = &values[i]
	}
	return values, into
}
