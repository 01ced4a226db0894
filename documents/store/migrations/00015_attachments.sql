-- Files that applicants and staff attach to applications, and who looked at whose data.

-- +goose Up

CREATE TABLE attachments (
    id              TEXT   NOT NULL PRIMARY KEY,
    application     TEXT   NOT NULL REFERENCES applications (id),
    seq             BIGINT NOT NULL,              -- of the application's attachments, from 1
    name            TEXT   NOT NULL,              -- as its sender calls it: shown, and trusted in nothing
    item            TEXT   NOT NULL DEFAULT '',   -- of the edition's list of documents, which it answers
    type            TEXT   NOT NULL,              -- media type, judged by the content
    size            BIGINT NOT NULL,
    sha256          TEXT   NOT NULL,
    signed          BIGINT NOT NULL DEFAULT 0,    -- 1: it has the form of a signed file
    findings        TEXT   NOT NULL DEFAULT '',   -- what in it may act on whoever opens it, by commas
    scan            TEXT   NOT NULL,              -- none, scanning, clean or refused
    scan_detail     TEXT   NOT NULL DEFAULT '',   -- what a scanner has found
    scanned_at      BIGINT NOT NULL DEFAULT 0,    -- when it answered
    client          TEXT   NOT NULL,              -- who brought it
    person          TEXT   NOT NULL DEFAULT '',   -- a person's id
    added_at        BIGINT NOT NULL,
    removed_at      BIGINT NOT NULL DEFAULT 0,    -- after which its content is gone
    removed_by      TEXT   NOT NULL DEFAULT '',
    idempotency_key TEXT   NOT NULL,
    body_sha256     TEXT   NOT NULL,
    UNIQUE (application, seq),
    UNIQUE (client, idempotency_key)
);

CREATE INDEX attachments_by_content ON attachments (sha256);

-- The content, once for all attachments that have it.
CREATE TABLE attachment_contents (
    sha256 TEXT   NOT NULL PRIMARY KEY,
    size   BIGINT NOT NULL,
    held   BIGINT NOT NULL                        -- by how many attachments
);

-- In parts, so that no file is in memory as a whole.
CREATE TABLE attachment_parts (
    sha256 TEXT   NOT NULL REFERENCES attachment_contents (sha256),
    part   BIGINT NOT NULL,                       -- from 1
    bytes  BYTEA  NOT NULL,
    PRIMARY KEY (sha256, part)
);

-- Who looked at the personal data of an application, besides the applicant.
CREATE TABLE looks (
    id          TEXT   NOT NULL PRIMARY KEY,
    application TEXT   NOT NULL REFERENCES applications (id),
    person      TEXT   NOT NULL,                  -- a person's id, or the name of a client
    role        TEXT   NOT NULL,
    why         TEXT   NOT NULL,
    at          BIGINT NOT NULL
);

CREATE INDEX looks_by_application ON looks (application, at);
