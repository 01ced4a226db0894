-- Signatures that were handed out before they reached the level that was asked
-- for, because no timestamp authority answered: to be extended when one does.

-- +goose Up

CREATE TABLE extensions (
    id         TEXT   NOT NULL PRIMARY KEY,
    client     TEXT   NOT NULL,
    format     TEXT   NOT NULL CHECK (format IN ('cms', 'pdf')),
    level      TEXT   NOT NULL,
    file       BYTEA  NOT NULL,                   -- as it was handed out
    content    BYTEA,                             -- of a detached signature
    created_at BIGINT NOT NULL,
    attempts   BIGINT NOT NULL DEFAULT 0,
    next_at    BIGINT NOT NULL,                   -- not to be tried earlier
    last_error TEXT   NOT NULL DEFAULT '',
    done_at    BIGINT NOT NULL DEFAULT 0,         -- 0: still waiting
    result     BYTEA,                             -- the extended signature
    CHECK ((done_at = 0) = (result IS NULL))
);

CREATE INDEX extensions_waiting ON extensions (done_at, next_at);
CREATE INDEX extensions_by_client ON extensions (client, created_at, id);
