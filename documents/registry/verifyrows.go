package registry

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tamga/documents"
	"tamga/documents/store"
)

// verifyRows checks every row of a table whose rows are subjects of their own.
func verifyRows(ctx context.Context, db store.Reader, s rowSubject) error {
	const batch = 200
	for after := ""; ; {
		keys, err := readValues(ctx, db, 1,
			`SELECT `+s.key+` FROM `+s.table+` WHERE `+s.key+` > $1 ORDER BY `+s.key+` LIMIT $2`, after, batch)
		if err != nil {
			return fmt.Errorf("failed to list %s: %w", s.table, err)
		}
		for _, v := range keys {
			after = asText(v)
			if _, ok := v.(string); !ok {
				return &TamperError{Index: -1, Subject: s.subject, Number: after, Reason: "the " + s.key + " is not text"}
			}
			row, err := readRow(ctx, db, s.table, s.key+` = $1`, after)
			if err != nil {
				return err
			}
			records, err := readRecords(ctx, db, s.subject, after)
			if err != nil {
				return fmt.Errorf("failed to read the records of %s: %w", s.table, err)
			}
			if idx, reason := s.contradiction(row, records); reason != "" {
				return &TamperError{Index: idx, Subject: s.subject, Number: after, Reason: reason}
			}
		}
		if len(keys) < batch {
			return nil
		}
	}
}

// contradiction says in words how a row differs from its records, or nothing.
func (s rowSubject) contradiction(r row, records []storedLeaf) (idx int64, reason string) {
	end := len(records) - 1
	erased := slices.IndexFunc(records, func(rec storedLeaf) bool { return rec.leaf != nil && rec.leaf.Event == leafErased })
	if erased >= 0 && erased < end {
		return records[end].idx, "it was erased, and has a later record"
	}
	for i, rec := range records {
		switch {
		case rec.leaf == nil || rec.leaf.Seq != i+1:
			return rec.idx, "a record is missing"
		case i < erased && rec.salt != nil:
			return rec.idx, "what was erased is there"
		case i < erased:
		case rec.salt == nil:
			return rec.idx, "the salt of the record is missing"
		case !rec.leaf.saltedBy(rec.salt):
			return rec.idx, "the salt of the record was changed"
		}
	}
	if len(records) == 0 {
		return -1, "the log has no record of it"
	}
	last := records[len(records)-1]
	if column := r.differs(*last.leaf, last.salt, s.table); column != "" {
		return last.idx, "the " + strings.ReplaceAll(column, "_", " ") + " was changed"
	}
	return 0, ""
}

// verifyOutside looks for rows that belong to nothing, and for what the log
// knows of and the tables do not.
func verifyOutside(ctx context.Context, db store.Reader) error {
	type question struct{ subject, query, reason string }
	questions := []question{
		{subjectDocument, `SELECT idx, number FROM log_entries l WHERE subject = 'document'
			AND NOT EXISTS (SELECT 1 FROM documents d WHERE d.number = l.number) ORDER BY idx LIMIT 1`,
			"the document is missing"},
		{subjectDocument, `SELECT idx, '' FROM log_salts s
			WHERE NOT EXISTS (SELECT 1 FROM log_entries l WHERE l.idx = s.idx) ORDER BY idx LIMIT 1`,
			"a salt belongs to no record"},
		{subjectDocument, `SELECT -1, idempotency_key FROM requests WHERE number IS NULL ORDER BY idempotency_key LIMIT 1`,
			"a request belongs to no document"},
	}
	for _, table := range []string{"files", "events", "requests"} {
		questions = append(questions, question{subjectDocument, `SELECT -1, number FROM ` + table + ` t WHERE number IS NOT NULL
			AND NOT EXISTS (SELECT 1 FROM documents d WHERE d.number = t.number) ORDER BY number LIMIT 1`,
			"the document of a row in " + table + " is missing"})
	}
	for _, s := range rowSubjects {
		questions = append(questions, question{s.subject, `SELECT idx, number FROM log_entries l WHERE subject = '` + s.subject + `'
			AND NOT EXISTS (SELECT 1 FROM ` + s.table + ` t WHERE t.` + s.key + ` = l.number) ORDER BY idx LIMIT 1`,
			"the row in " + s.table + " is missing"})
	}
	for _, t := range jobTables {
		questions = append(questions, question{t.subject, t.lost, "its job is missing or does not stand as it does"})
	}
	questions = append(questions, question{"job", ownerless(), "it belongs to nothing"}, question{subjectContent, heldWrongly, "its content is missing or another"},
		question{subjectContent, `SELECT -1, sha256 FROM attachment_parts p WHERE NOT EXISTS (
			SELECT 1 FROM attachment_contents c WHERE c.sha256 = p.sha256) ORDER BY sha256 LIMIT 1`, "a part belongs to nothing"})
	for _, q := range questions {
		found, err := readValues(ctx, db, 2, q.query)
		if err != nil {
			return fmt.Errorf("failed to verify the register: %w", err)
		}
		if len(found) > 0 {
			return &TamperError{Index: asInt(found[0]), Subject: q.subject, Number: asText(found[1]), Reason: q.reason}
		}
	}
	return nil
}

// countApplications adds how many applications have numbers, by the digits of the year
// in these.
func countApplications(ctx context.Context, db store.Reader, taken map[series]int64) error {
	values, err := readValues(ctx, db, 2, `
		SELECT substr(number, 8, 2), COUNT(*) FROM applications WHERE number <> '' GROUP BY substr(number, 8, 2)`)
	if err != nil {
		return fmt.Errorf("failed to count the applications: %w", err)
	}
	for ; len(values) > 0; values = values[2:] {
		year, err := strconv.Atoi(asText(values[0]))
		if err != nil {
			return &TamperError{Index: -1, Subject: subjectApplication, Reason: "a number has no year"}
		}
		taken[series{string(documents.KindApplication), 2000 + year}] += asInt(values[1])
	}
	return nil
}

// verifyCounters checks that every number ever taken still has its document or
// application, and that no number will be given twice.
func verifyCounters(ctx context.Context, db store.Reader, taken map[series]int64) error {
	values, err := readValues(ctx, db, 3, `SELECT series, year, last FROM counters ORDER BY series, year`)
	if err != nil {
		return fmt.Errorf("failed to verify the counters: %w", err)
	}
	counted := map[series]int64{}
	for ; len(values) > 0; values = values[3:] {
		if _, ok := values[0].(string); !ok {
			return &TamperError{Index: -1, Reason: fmt.Sprintf("the series %s of %d is not text", asText(values[0]), asInt(values[1]))}
		}
		counted[series{asText(values[0]), int(asInt(values[1]))}] = asInt(values[2])
	}
	all := maps.Clone(counted)
	maps.Copy(all, taken)
	for _, s := range slices.SortedFunc(maps.Keys(all), func(a, b series) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.year, b.year))
	}) {
		if counted[s] != taken[s] {
			return &TamperError{Index: -1, Reason: fmt.Sprintf(
				"the series %s of %d has taken %d numbers, and %d are there", s.kind, s.year, counted[s], taken[s])}
		}
	}
	return nil
}
