-- Answers to requests that were to be done once, such as signing: whoever asks
-- again with the same key gets the same answer, for a day. Then the answer is
-- taken out, and the key may be used anew.

-- +goose Up

CREATE TABLE answers (
    id              TEXT   NOT NULL PRIMARY KEY,  -- SHA-256 of the client and the key
    client          TEXT   NOT NULL,
    idempotency_key TEXT   NOT NULL,
    body_sha256     TEXT   NOT NULL,              -- of the request, in its canonical form
    answer          BYTEA  NOT NULL,              -- empty once it was forgotten
    created_at      BIGINT NOT NULL
);

CREATE INDEX answers_by_age ON answers (created_at, id);
