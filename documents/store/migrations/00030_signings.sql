-- Texts that somebody signs on a phone: asked for in one session, fetched and answered by
-- whoever has scanned its code. They are gone soon after they have run out.

-- +goose Up

CREATE TABLE signings (
    id         TEXT   NOT NULL PRIMARY KEY,
    owner      TEXT   NOT NULL,             -- the session that asked, or the SHA-256 of the token of whoever has none
    code_sum   TEXT   NOT NULL,             -- SHA-256 of the secret in the code
    token_sum  TEXT   NOT NULL,             -- SHA-256 of what the phone shows for the texts
    asked      TEXT   NOT NULL,             -- JSON: the texts
    signed     TEXT   NOT NULL DEFAULT '',  -- JSON: the signatures, and whose they are
    opened_at  BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    fetched_at BIGINT NOT NULL DEFAULT 0
);

CREATE INDEX signings_by_age ON signings (expires_at);
