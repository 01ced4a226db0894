-- What applications have to pay and how that was confirmed, and whether persons let
-- their data be asked for.

-- +goose Up

-- The bills: an application has one for a purpose, and a new one only after a payment
-- that does not count.
CREATE TABLE payments (
    id          TEXT   NOT NULL PRIMARY KEY,      -- of the message that asks the payment gateway for it
    application TEXT   NOT NULL REFERENCES applications (id),
    purpose     TEXT   NOT NULL,                  -- the service
    round       BIGINT NOT NULL,                  -- from 1
    tenge       BIGINT NOT NULL,
    edition     TEXT   NOT NULL,                  -- by which it was counted, with its digest
    client      TEXT   NOT NULL,                  -- who asked for it
    asked_at    BIGINT NOT NULL,
    payment     TEXT   NOT NULL DEFAULT '',       -- the gateway's own id; empty until it answers
    redirect    TEXT   NOT NULL DEFAULT '',       -- where the payer pays
    UNIQUE (application, purpose, round)
);

CREATE UNIQUE INDEX payments_by_payment ON payments (payment) WHERE payment <> '';

-- What the payment gateway has said of a payment, in order; nothing is changed.
CREATE TABLE payment_confirmations (
    id       TEXT   NOT NULL PRIMARY KEY,         -- bill and seq
    bill     TEXT   NOT NULL REFERENCES payments (id),
    seq      BIGINT NOT NULL,                     -- from 1
    state    TEXT   NOT NULL,                     -- paid or void
    tenge    BIGINT NOT NULL,
    receipt  TEXT   NOT NULL DEFAULT '',          -- once in all payments
    paid_at  BIGINT NOT NULL DEFAULT 0,
    how      TEXT   NOT NULL,                     -- told or asked
    message  TEXT   NOT NULL,                     -- its id
    at       BIGINT NOT NULL,
    UNIQUE (bill, seq)
);

CREATE UNIQUE INDEX payment_confirmations_by_receipt ON payment_confirmations (receipt) WHERE receipt <> '';

-- Whether the person of an application lets state systems be asked about him.
CREATE TABLE consents (
    id          TEXT   NOT NULL PRIMARY KEY,      -- the application
    application TEXT   NOT NULL REFERENCES applications (id),
    edition     TEXT   NOT NULL,                  -- that asks for it, with its digest
    text        TEXT   NOT NULL,                  -- what is consented to, as it is signed
    asked_at    BIGINT NOT NULL,
    until       BIGINT NOT NULL,                  -- after it, it has lapsed
    decision    TEXT   NOT NULL DEFAULT '',       -- given, refused or lapsed; empty while it is asked
    decided_at  BIGINT NOT NULL DEFAULT 0,
    how         TEXT   NOT NULL DEFAULT '',       -- signature or code
    client      TEXT   NOT NULL DEFAULT '',       -- by whom the decision came
    signature   TEXT   NOT NULL DEFAULT '',       -- CMS over the text, in base64
    verdict     TEXT   NOT NULL DEFAULT '',       -- JSON, of the moment
    code_sha256 TEXT   NOT NULL DEFAULT '',       -- of the code that was sent, with the id
    code_until  BIGINT NOT NULL DEFAULT 0,
    code_tries  BIGINT NOT NULL DEFAULT 0,
    CHECK ((decision = '') = (decided_at = 0))
);
