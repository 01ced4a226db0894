-- Work that is done later, by whichever process comes first: how often it was
-- tried, and when it is tried again. What is to be done stands in the row of its
-- kind's table that has the same id.

-- +goose Up

CREATE TABLE jobs (
    kind         TEXT   NOT NULL,
    id           TEXT   NOT NULL,
    attempts     BIGINT NOT NULL DEFAULT 0,
    next_at      BIGINT NOT NULL,                 -- not to be tried earlier
    lease        TEXT   NOT NULL DEFAULT '',      -- whose attempt is going on
    leased_until BIGINT NOT NULL DEFAULT 0,       -- after this it counts as abandoned
    last_error   TEXT   NOT NULL DEFAULT '',
    done_at      BIGINT NOT NULL DEFAULT 0,       -- 0: still waiting
    PRIMARY KEY (kind, id)
);

CREATE INDEX jobs_waiting ON jobs (kind, done_at, next_at);

INSERT INTO jobs (kind, id, attempts, next_at, last_error, done_at)
SELECT 'extension', id, attempts, next_at, last_error, done_at FROM extensions;

DROP INDEX extensions_waiting;
ALTER TABLE extensions DROP COLUMN attempts;
ALTER TABLE extensions DROP COLUMN next_at;
ALTER TABLE extensions DROP COLUMN last_error;
CREATE INDEX extensions_waiting ON extensions (done_at, created_at);
