-- Messages to applicants, where these reach them, and the anonymous questionnaire.

-- +goose Up

-- Where an applicant wishes to be reached, as he has given it with an application.
CREATE TABLE contacts (
    application TEXT   NOT NULL PRIMARY KEY REFERENCES applications (id),
    language    TEXT   NOT NULL,                 -- kk, ru or en
    email       TEXT   NOT NULL DEFAULT '',
    phone       TEXT   NOT NULL DEFAULT '',      -- E.164
    given_at    BIGINT NOT NULL
);

-- A message is queued in the transaction of what it tells of. Its id follows from the
-- occasion and the channel, so that nothing is told twice, by whichever process.
CREATE TABLE messages (
    id          TEXT   NOT NULL PRIMARY KEY,     -- also at the gateway
    application TEXT   NOT NULL REFERENCES applications (id),
    document    TEXT   NOT NULL DEFAULT '',      -- a number; it goes when the document is in force
    event       TEXT   NOT NULL,                 -- what it tells of
    occasion    TEXT   NOT NULL,                 -- an entry, or a document with the day
    channel     TEXT   NOT NULL,                 -- cabinet, email or sms
    language    TEXT   NOT NULL,
    address     TEXT   NOT NULL DEFAULT '',      -- gone when the application is erased, like the text
    text        TEXT   NOT NULL,
    state       TEXT   NOT NULL,                 -- queued, sent, delivered, refused, expired or dropped
    detail      TEXT   NOT NULL DEFAULT '',
    queued_at   BIGINT NOT NULL,
    sent_at     BIGINT NOT NULL DEFAULT 0,       -- when the gateway has taken it
    ended_at    BIGINT NOT NULL DEFAULT 0,       -- when its last state was told
    UNIQUE (occasion, channel)
);

CREATE INDEX messages_by_application ON messages (application, queued_at);

-- Steps that issue a document are looked for by its number.
CREATE INDEX application_entries_by_document ON application_entries (document) WHERE document <> '';

-- Who was asked to fill in the questionnaire, once for an application. Nothing here
-- says with which token.
CREATE TABLE questionnaire_invitations (
    application TEXT NOT NULL PRIMARY KEY REFERENCES applications (id)
);

-- What makes tokens: whoever has one was given it here.
CREATE TABLE questionnaire_keys (
    id     TEXT  NOT NULL PRIMARY KEY,
    secret BYTEA NOT NULL
);

-- An answer says the month and no moment, and nothing of who gave it.
CREATE TABLE questionnaire_answers (
    id      TEXT   NOT NULL PRIMARY KEY,          -- SHA-256 of the token
    edition TEXT   NOT NULL,
    service TEXT   NOT NULL,
    month   TEXT   NOT NULL,                      -- 2026-11
    quality BIGINT NOT NULL,                      -- 1 to 3
    access  BIGINT NOT NULL
);

CREATE INDEX questionnaire_answers_by_month ON questionnaire_answers (service, month);
