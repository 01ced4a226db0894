-- The log takes entries about anything, in one form whose personal part can be
-- erased, and covers every column that an answer is made from: see leaf.go.
-- What stands in the tables now is entered by the step after this one
-- (adopt.go). A program of before cannot write to these tables any more.

-- +goose Up

-- What a record is about, and the number or id under which the tables know it.
CREATE TABLE log_entries_of_any (
    idx     BIGINT NOT NULL PRIMARY KEY,
    subject TEXT   NOT NULL,
    number  TEXT   NOT NULL,
    record  TEXT   NOT NULL                       -- the leaf, canonical JSON; empty if an old one was erased
);
INSERT INTO log_entries_of_any (idx, subject, number, record)
SELECT idx, 'document', number, record FROM log_entries;

-- A reservation has a record of its own from here on; those of before have
-- none, and are covered by the record of the step after this one.
CREATE TABLE events_logged (
    number       TEXT   NOT NULL REFERENCES documents (number),
    seq          BIGINT NOT NULL,
    kind         TEXT   NOT NULL,
    effective_at BIGINT NOT NULL,
    recorded_at  BIGINT NOT NULL,
    detail       TEXT   NOT NULL DEFAULT '',
    data         TEXT   NOT NULL DEFAULT '',
    log_idx      BIGINT UNIQUE REFERENCES log_entries_of_any (idx),
    PRIMARY KEY (number, seq),
    CHECK (kind = 'reserved' OR log_idx IS NOT NULL)
);
INSERT INTO events_logged (number, seq, kind, effective_at, recorded_at, detail, data, log_idx)
SELECT number, seq, kind, effective_at, recorded_at, detail, data, log_idx FROM events;

DROP TABLE events;
DROP TABLE log_entries;
ALTER TABLE log_entries_of_any RENAME TO log_entries;
ALTER TABLE events_logged RENAME TO events;
CREATE INDEX log_entries_by_number ON log_entries (subject, number, idx);

-- The salts of the digests in the records. Without its salt a digest tells
-- nothing, not even to whoever can guess what was digested: erasing personal
-- content deletes the salts of its records, and the log stays as it is.
CREATE TABLE log_salts (
    idx  BIGINT NOT NULL PRIMARY KEY REFERENCES log_entries (idx),
    salt BYTEA  NOT NULL
);

-- When the personal content was erased; 0 if it was not.
ALTER TABLE documents ADD COLUMN erased_at BIGINT NOT NULL DEFAULT 0;

CREATE INDEX requests_by_number ON requests (number, event);

-- The public keys that seals were ever made with: a code that was printed
-- verifies long after another key makes the new ones.
CREATE TABLE seal_keys (
    id    TEXT   NOT NULL PRIMARY KEY,            -- hexadecimal
    point BYTEA  NOT NULL,                        -- uncompressed
    since BIGINT NOT NULL
);
