-- Applications for services, and what was done on them, step by step.

-- +goose Up

CREATE TABLE applications (
    id              TEXT   NOT NULL PRIMARY KEY,
    number          TEXT   NOT NULL DEFAULT '',   -- given by the registration; empty before it
    edition         TEXT   NOT NULL,              -- with its digest: in force when it was opened, then when it was registered
    service         TEXT   NOT NULL,
    route           TEXT   NOT NULL,              -- of the information systems
    applicant       TEXT   NOT NULL,              -- JSON, a holder as documents have it
    form            TEXT   NOT NULL,              -- JSON, the values that were filled in
    opened_at       BIGINT NOT NULL,
    registered_at   BIGINT NOT NULL DEFAULT 0,
    client          TEXT   NOT NULL,
    idempotency_key TEXT   NOT NULL,
    body_sha256     TEXT   NOT NULL,              -- of the request, in its canonical form
    UNIQUE (client, idempotency_key),
    CHECK ((number = '') = (registered_at = 0))
);

CREATE UNIQUE INDEX applications_by_number ON applications (number) WHERE number <> '';
CREATE INDEX applications_in_order ON applications (opened_at, id);

-- Entries are added and never changed. Where an action performs a step of the
-- information systems, the entry stands under both names.
CREATE TABLE application_entries (
    id              TEXT   NOT NULL PRIMARY KEY,  -- application and seq
    application     TEXT   NOT NULL REFERENCES applications (id),
    seq             BIGINT NOT NULL,              -- from 1
    step            TEXT   NOT NULL,              -- what was done
    outcome         TEXT   NOT NULL,
    under           TEXT   NOT NULL DEFAULT '',   -- the step of the systems that the action performs
    under_outcome   TEXT   NOT NULL DEFAULT '',   -- how that ended by it; empty while it goes on
    actor           TEXT   NOT NULL,              -- role or system
    person          TEXT   NOT NULL,              -- who acted in it
    edition         TEXT   NOT NULL,              -- by which it was judged
    data            TEXT   NOT NULL DEFAULT '',   -- JSON, what else was said
    document        TEXT   NOT NULL DEFAULT '',   -- the number of the document that it reserves
    at              BIGINT NOT NULL,
    next_step       TEXT   NOT NULL DEFAULT '',   -- where the application stands after it
    next_action     TEXT   NOT NULL DEFAULT '',
    ended           TEXT   NOT NULL DEFAULT '',   -- how it has ended by it
    client          TEXT   NOT NULL,
    idempotency_key TEXT   NOT NULL,
    body_sha256     TEXT   NOT NULL,
    UNIQUE (application, seq),
    UNIQUE (client, idempotency_key),
    CHECK ((next_step = '') = (ended <> ''))
);
