-- Acts that take two persons: one enters what is to be done, another decides. What is
-- decided is done in the same transaction, and its content moves to the document.

-- +goose Up

CREATE TABLE acts_of_two (
    id              TEXT   NOT NULL PRIMARY KEY,
    kind            TEXT   NOT NULL,              -- elsewhere: a licence that was issued elsewhere
    batch           TEXT   NOT NULL DEFAULT '',   -- of an import; empty for one that was entered by itself
    line            BIGINT NOT NULL DEFAULT 0,    -- of the file that was imported
    entered_by      TEXT   NOT NULL,
    entered_at      BIGINT NOT NULL,
    idempotency_key TEXT   NOT NULL,              -- of whoever entered it
    salt            TEXT   NOT NULL,              -- hexadecimal; empty when it was decided
    content         TEXT   NOT NULL,              -- JSON; empty when it was decided
    commitment      TEXT   NOT NULL,              -- HMAC-SHA256 of the content under the salt; empty when it was decided
    signature       TEXT   NOT NULL DEFAULT '',   -- CMS of whoever entered it, base64; empty when it was decided
    outcome         TEXT   NOT NULL DEFAULT '',   -- confirmed or refused; empty while it waits
    decided_by      TEXT   NOT NULL DEFAULT '',
    decided_at      BIGINT NOT NULL DEFAULT 0,
    reason          TEXT   NOT NULL DEFAULT '',   -- of a refusal
    document        TEXT   NOT NULL DEFAULT '',   -- the number of the document that it was done to
    UNIQUE (entered_by, idempotency_key),
    CHECK (decided_by <> entered_by),
    CHECK ((outcome = '') = (decided_by = '')),
    CHECK ((outcome = '') = (decided_at = 0)),
    CHECK ((outcome = '') = (content <> '')),
    CHECK ((outcome = '') = (salt <> '')),
    CHECK ((outcome = 'confirmed') = (document <> ''))
);

CREATE INDEX acts_of_two_waiting ON acts_of_two (outcome, entered_at, id);
CREATE INDEX acts_of_two_by_batch ON acts_of_two (batch, line, id);
