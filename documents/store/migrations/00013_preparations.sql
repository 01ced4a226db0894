-- Documents that wait for the signature of a person: printed with their number and
-- date, and not yet in force. While one waits, no lease of its document runs out.

-- +goose Up

-- One row for every time a number was printed to be signed.
CREATE TABLE preparations (
    id               TEXT   NOT NULL PRIMARY KEY,  -- number and round
    number           TEXT   NOT NULL REFERENCES documents (number),
    round            BIGINT NOT NULL,              -- from 1
    state            TEXT   NOT NULL CHECK (state IN ('open', 'declined', 'replaced', 'completed', 'void')),
    issued_on        TEXT   NOT NULL,              -- the day printed, on which alone it can be signed
    sub_filter       TEXT   NOT NULL,              -- the form of the signature
    digest_algorithm TEXT   NOT NULL,
    digest           TEXT   NOT NULL,              -- of what is signed, hexadecimal
    prepared_at      BIGINT NOT NULL,
    ended_at         BIGINT NOT NULL DEFAULT 0,
    signature_sha256 TEXT   NOT NULL DEFAULT '',   -- of the CMS that completed it, as it came
    digests          TEXT   NOT NULL DEFAULT '',   -- of what is signed no more, by all algorithms, to tell it when it comes
    held             TEXT   NOT NULL,              -- JSON, what it is made anew from; nothing once it has ended
    file             BYTEA  NOT NULL,              -- the PDF with an empty signature; nothing once it has ended
    UNIQUE (number, round),
    CHECK ((state = 'open') = (ended_at = 0)),
    CHECK ((state = 'completed') = (signature_sha256 <> ''))
);

CREATE UNIQUE INDEX preparations_open ON preparations (number) WHERE state = 'open';
CREATE INDEX preparations_waiting ON preparations (state, prepared_at);
