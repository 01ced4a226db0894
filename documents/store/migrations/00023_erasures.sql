-- The signed acts by which the personal content of applications was erased.

-- +goose Up

CREATE TABLE application_erasures (
    application TEXT   NOT NULL PRIMARY KEY REFERENCES applications (id),
    act         TEXT   NOT NULL,                  -- what was signed, JSON in one form; names no applicant
    signature   BYTEA  NOT NULL,                  -- CMS, as it came
    verdict     TEXT   NOT NULL,                  -- JSON, at the moment of the erasure
    person      TEXT   NOT NULL,                  -- who has signed: an id
    role        TEXT   NOT NULL,
    ground      TEXT   NOT NULL,                  -- order or retention
    at          BIGINT NOT NULL
);
