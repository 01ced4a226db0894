-- What persons have signed over several acts that take two at once: an import, and the
-- decision on one. Nothing personal stands in it: licences are named by their own numbers
-- and by the commitments to what was entered, whose salts are in the documents' files.

-- +goose Up

CREATE TABLE act_signatures (
    id        TEXT   NOT NULL PRIMARY KEY,
    batch     TEXT   NOT NULL,               -- of the import, or the id of the act that stands alone
    outcome   TEXT   NOT NULL,               -- entered, confirmed or refused
    signed_by TEXT   NOT NULL,
    act       TEXT   NOT NULL,               -- what was signed, JSON
    signature TEXT   NOT NULL,               -- CMS, base64
    signed_at BIGINT NOT NULL,
    CHECK (signed_by <> '' AND act <> '' AND signature <> '')
);
CREATE INDEX act_signatures_by_batch ON act_signatures (batch, signed_at, id);

-- +goose Down

DROP TABLE act_signatures;
