-- What applications and documents are about, so that a party's second about the same is
-- found; and whose applications are shown to their party.

-- +goose Up

-- It follows from what applications and documents say. Those that are older than the
-- table are entered when somebody looks for the first time.
CREATE TABLE matters (
    matter  TEXT NOT NULL,  -- digest of a party and of something that it asks for
    subject TEXT NOT NULL,  -- application or document
    id      TEXT NOT NULL,
    PRIMARY KEY (matter, subject, id)
);

CREATE INDEX matters_of ON matters (subject, id);

-- The only row: 1 once all that is older than the table is in it.
CREATE TABLE matters_filled (
    id   BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    done BIGINT NOT NULL
);

INSERT INTO matters_filled (id, done)
SELECT 1, CASE WHEN EXISTS (SELECT 1 FROM documents) OR EXISTS (SELECT 1 FROM applications) THEN 0 ELSE 1 END;

-- 0: whoever has opened it may not act for the party, and nothing that the party or an
-- official answers for has happened on it yet.
ALTER TABLE application_applicants ADD COLUMN vouched BIGINT NOT NULL DEFAULT 1;
