-- What persons have signed on applications, what these wait for, who has taken which
-- part, and where they stand.

-- +goose Up

CREATE TABLE application_signatures (
    id          TEXT   NOT NULL PRIMARY KEY,  -- of the entry
    application TEXT   NOT NULL REFERENCES applications (id),
    act         TEXT   NOT NULL,              -- what was signed, JSON in one form
    signature   BYTEA  NOT NULL,              -- CMS, as it came
    verdict     TEXT   NOT NULL,              -- JSON, at the moment of the entry
    at          BIGINT NOT NULL
);

CREATE INDEX application_signatures_of ON application_signatures (application);

-- What no program could tell, or make, when it was needed. It is no entry: nothing has
-- happened yet.
CREATE TABLE application_waits (
    id          TEXT   NOT NULL PRIMARY KEY,  -- application, entries before it, and what is asked
    application TEXT   NOT NULL REFERENCES applications (id),
    seq         BIGINT NOT NULL,              -- of the last entry before it
    step        TEXT   NOT NULL,
    asked       TEXT   NOT NULL,              -- a check, or "document"
    reason      TEXT   NOT NULL,              -- the first
    by_hand     BIGINT NOT NULL DEFAULT 0,    -- 1: an official enters the answer
    since       BIGINT NOT NULL,
    document    TEXT   NOT NULL DEFAULT '',   -- the number of the one that was made at last
    ended_at    BIGINT NOT NULL DEFAULT 0     -- 0: it goes on
);

CREATE INDEX application_waits_open ON application_waits (application, ended_at);

-- On which side a person has acted on an application, where the rules keep two sides
-- apart: the key leaves no room for the other one.
CREATE TABLE application_parts (
    application TEXT   NOT NULL REFERENCES applications (id),
    apart       TEXT   NOT NULL,              -- the two sides
    person      TEXT   NOT NULL,
    side        TEXT   NOT NULL,
    PRIMARY KEY (application, apart, person),
    UNIQUE (application, apart, person, side)
);

-- Where the applications that go on stand, for whom and until when. It follows from the
-- entries and is written with them.
CREATE TABLE application_places (
    application  TEXT   NOT NULL REFERENCES applications (id),
    role         TEXT   NOT NULL,             -- who may go on
    person       TEXT   NOT NULL DEFAULT '',  -- to whom it was handed; empty for any of the role
    service      TEXT   NOT NULL,
    step         TEXT   NOT NULL,
    since        BIGINT NOT NULL,
    due_at       BIGINT NOT NULL,             -- far away where nothing is due
    paused_until BIGINT NOT NULL DEFAULT 0,
    calendar     TEXT   NOT NULL,             -- the version by which it was counted
    PRIMARY KEY (application, role)
);

CREATE INDEX application_places_due ON application_places (role, due_at, application);
CREATE INDEX application_places_of ON application_places (role, person, due_at, application);
