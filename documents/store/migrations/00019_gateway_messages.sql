-- Messages that other systems send, what they were answered, and what they are told of
-- the applications that came of them.

-- +goose Up

CREATE TABLE gateway_messages (
    id          TEXT   NOT NULL PRIMARY KEY,      -- of the sender and his own id for it
    sender      TEXT   NOT NULL,
    message_id  TEXT   NOT NULL,
    form        TEXT   NOT NULL,                  -- json or soap
    service     TEXT   NOT NULL,
    body        TEXT   NOT NULL,                  -- JSON, what it says, without a password
    received_at BIGINT NOT NULL,
    application TEXT   NOT NULL DEFAULT '',       -- that came of it
    code        TEXT   NOT NULL DEFAULT '',       -- that was answered; empty while nothing was
    answer      TEXT   NOT NULL DEFAULT '',       -- as it was sent
    answered_at BIGINT NOT NULL DEFAULT 0,
    UNIQUE (sender, message_id)
);

CREATE INDEX gateway_messages_by_application ON gateway_messages (application) WHERE application <> '';

-- What a sender is told; each is sent by a job of the same id.
CREATE TABLE gateway_statuses (
    id          TEXT   NOT NULL PRIMARY KEY,      -- of the message that tells it
    message     TEXT   NOT NULL REFERENCES gateway_messages (id),
    seq         BIGINT NOT NULL,                  -- from 1, in the order in which they are sent
    application TEXT   NOT NULL,
    state       TEXT   NOT NULL,                  -- registered, issued, refused or withdrawn
    number      TEXT   NOT NULL DEFAULT '',       -- of the application
    document    TEXT   NOT NULL DEFAULT '',       -- the number of the result or refusal
    at          BIGINT NOT NULL,
    sent_at     BIGINT NOT NULL DEFAULT 0,
    UNIQUE (message, seq)
);
