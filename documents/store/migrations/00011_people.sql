-- People: who they are, how they sign in, what their duties are, and for whom they
-- act.

-- +goose Up

CREATE TABLE persons (
    id         TEXT   NOT NULL PRIMARY KEY,  -- random; the only name of a person in other tables
    identity   TEXT   NOT NULL UNIQUE,       -- what persons are told apart by: a number with what it is
    person     TEXT   NOT NULL,              -- JSON, a natural person as documents have it
    added_at   BIGINT NOT NULL,
    added_by   TEXT   NOT NULL DEFAULT ''    -- a person; empty for the person himself and for a command on the machine
);

-- How a person signs in without a key: with a number and a password. The account of an
-- organisation belongs to its head.
CREATE TABLE accounts (
    id         TEXT   NOT NULL PRIMARY KEY,
    login      TEXT   NOT NULL UNIQUE,       -- an identity of a person or of an organisation
    person     TEXT   NOT NULL REFERENCES persons (id),
    bin        TEXT   NOT NULL DEFAULT '',   -- of the organisation, and the roles of its head's certificate
    roles      TEXT   NOT NULL DEFAULT '',
    password   TEXT   NOT NULL,              -- argon2id with its parameters and salt
    set_at     BIGINT NOT NULL
);

-- Challenges are signed to show who somebody is, once.
CREATE TABLE challenges (
    id         TEXT   NOT NULL PRIMARY KEY,
    purpose    TEXT   NOT NULL,
    address    TEXT   NOT NULL,              -- of the service that asks
    text       TEXT   NOT NULL,              -- what is signed
    issued_at  BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX challenges_by_age ON challenges (expires_at);

CREATE TABLE sessions (
    id         TEXT   NOT NULL PRIMARY KEY,
    sum        TEXT   NOT NULL,              -- SHA-256 of the token
    person     TEXT   NOT NULL REFERENCES persons (id),
    level      TEXT   NOT NULL,              -- password or eds
    bin        TEXT   NOT NULL DEFAULT '',   -- of the certificate that opened it
    roles      TEXT   NOT NULL DEFAULT '',
    started_at BIGINT NOT NULL,
    used_at    BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX sessions_by_person ON sessions (person);
CREATE INDEX sessions_by_age ON sessions (started_at);

-- Duties are given and ended, never edited.
CREATE TABLE duties (
    id           TEXT   NOT NULL PRIMARY KEY,
    person       TEXT   NOT NULL REFERENCES persons (id),
    role         TEXT   NOT NULL,
    provider     TEXT   NOT NULL DEFAULT '',   -- empty for roles that serve all providers
    valid_from   BIGINT NOT NULL,
    valid_until  BIGINT NOT NULL DEFAULT 0,    -- 0 is open
    deputy_of    TEXT   NOT NULL DEFAULT '',   -- the person in whose place
    order_number TEXT   NOT NULL DEFAULT '',   -- the act that gives it
    order_date   TEXT   NOT NULL DEFAULT '',
    position     TEXT   NOT NULL DEFAULT '',   -- JSON, as documents print it
    given_by     TEXT   NOT NULL DEFAULT '',   -- an administrator; empty for a command on the machine
    given_at     BIGINT NOT NULL,
    ended_by     TEXT   NOT NULL DEFAULT '',
    ended_at     BIGINT NOT NULL DEFAULT 0,
    CHECK (person <> given_by),
    CHECK (valid_until = 0 OR valid_until > valid_from)
);

CREATE INDEX duties_by_person ON duties (person, role);

-- Powers of attorney: who may act for whom.
CREATE TABLE powers (
    id             TEXT   NOT NULL PRIMARY KEY,
    principal      TEXT   NOT NULL,              -- who gave it: an identity of a person or of an organisation
    principal_name TEXT   NOT NULL,              -- JSON, in two languages
    person         TEXT   NOT NULL REFERENCES persons (id),
    kind           TEXT   NOT NULL,              -- document, or enis for what the notaries' system knows
    number         TEXT   NOT NULL,
    issued_on      TEXT   NOT NULL,
    valid_until    TEXT   NOT NULL,              -- the last day
    may            TEXT   NOT NULL,              -- sign, or fill_in only
    entered_by     TEXT   NOT NULL,              -- a person, or the system that told of it
    entered_at     BIGINT NOT NULL,
    ended_by       TEXT   NOT NULL DEFAULT '',
    ended_at       BIGINT NOT NULL DEFAULT 0,
    UNIQUE (principal, person, kind, number)
);

CREATE INDEX powers_by_person ON powers (person);
