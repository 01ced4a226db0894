-- Reminders of the days on which a term or a suspension ends.

-- +goose Up

-- The days that are to come of documents in force: an index of what their lives say,
-- which are asked before anything is told. A row goes when its day was told of.
CREATE TABLE document_days (
    number TEXT   NOT NULL,
    event  TEXT   NOT NULL,                       -- document_ends or suspension_ends
    at     BIGINT NOT NULL,                       -- the first moment of the day
    PRIMARY KEY (number, event, at)
);

CREATE INDEX document_days_in_order ON document_days (at, number, event);

-- The only row: up to which document of before this table its days were entered.
CREATE TABLE document_days_entered (
    id     BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    number TEXT   NOT NULL,
    whole  BIGINT NOT NULL                        -- 1: all of them
);

INSERT INTO document_days_entered (id, number, whole)
SELECT 1, '', CASE WHEN EXISTS (SELECT 1 FROM documents) THEN 0 ELSE 1 END;

-- What became of each day: it is told of once.
CREATE TABLE reminders (
    id     TEXT   NOT NULL PRIMARY KEY,           -- number, event and day
    number TEXT   NOT NULL,
    event  TEXT   NOT NULL,
    day    TEXT   NOT NULL,
    state  TEXT   NOT NULL,                       -- told, unreached: nobody knows where the holder is, or late
    at     BIGINT NOT NULL
);

CREATE INDEX reminders_by_number ON reminders (number);
