-- A clerk's mistake in a document is corrected by an act of two persons: the document
-- keeps its number and date, and its content and file become others. The file of before
-- stays, so that whoever holds it is told what has become of it.

-- +goose Up

-- Acts of the kind correction have the number of the document in the place of a batch: one
-- correction of a document waits at a time.
CREATE UNIQUE INDEX acts_of_two_corrections ON acts_of_two (batch) WHERE kind = 'correction' AND outcome = '';

CREATE TABLE corrected_files (
    sha256       TEXT   NOT NULL PRIMARY KEY,           -- of the signed file that was in force before
    number       TEXT   NOT NULL REFERENCES documents (number),
    seq          BIGINT NOT NULL,                       -- of the event by which another file took its place
    corrected_at BIGINT NOT NULL,
    held         TEXT   NOT NULL,                       -- JSON: nonce, digest of the content, edition, evidence; empty once erased
    held_sha256  TEXT   NOT NULL,
    bytes        BYTEA  NOT NULL,                       -- empty once erased
    erased_at    BIGINT NOT NULL DEFAULT 0,
    UNIQUE (number, seq),
    CHECK ((erased_at = 0) = (held <> ''))
);
