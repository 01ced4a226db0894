-- What operators enter of the law: editions, days of the calendar, indexes,
-- checklists, layouts. A row is entered by one person and confirmed by another;
-- its content never changes. It is taken out in the same way, by one and another,
-- or gives way to a later one of its name.

-- +goose Up

CREATE TABLE rules (
    id           TEXT   NOT NULL PRIMARY KEY,
    kind         TEXT   NOT NULL,
    name         TEXT   NOT NULL,
    valid_from   TEXT   NOT NULL,             -- the first day, 2027-01-01; empty is open
    valid_until  TEXT   NOT NULL,             -- the day after the last; empty is open
    content      BYTEA  NOT NULL,
    sha256       TEXT   NOT NULL,             -- of the content
    entered_by   TEXT   NOT NULL,
    entered_at   BIGINT NOT NULL,
    confirmed_by TEXT   NOT NULL DEFAULT '',  -- empty: it has no effect yet
    confirmed_at BIGINT NOT NULL DEFAULT 0,
    place        BIGINT NOT NULL DEFAULT 0,   -- in the order of confirmation, from 1
    withdrawn_by TEXT   NOT NULL DEFAULT '',  -- who asked to take it out
    withdrawn_at BIGINT NOT NULL DEFAULT 0,
    ended_by     TEXT   NOT NULL DEFAULT '',  -- who confirmed that: it has no effect any more
    ended_at     BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX rules_in_effect ON rules (place, ended_at);
