-- Documents of every kind, and what happens to them after they were issued.

-- +goose Up

-- The kind loses its list of two: a column dropped and taken anew, since SQLite
-- cannot drop a CHECK. documents.Kind has the list.
ALTER TABLE documents ADD COLUMN kind_of_any TEXT NOT NULL DEFAULT '';
UPDATE documents SET kind_of_any = kind;
ALTER TABLE documents DROP COLUMN kind;
ALTER TABLE documents RENAME COLUMN kind_of_any TO kind;

-- The document that this one replaces, copies or tells of; empty for none.
ALTER TABLE documents ADD COLUMN about TEXT NOT NULL DEFAULT '';
-- The second fact for the public check, printed on the document; empty for
-- documents that were issued before there were codes.
ALTER TABLE documents ADD COLUMN check_code TEXT NOT NULL DEFAULT '';
-- The layout that the file was made with: name, version and SHA-256; empty for
-- old documents.
ALTER TABLE documents ADD COLUMN layout TEXT NOT NULL DEFAULT '';

CREATE INDEX documents_by_about ON documents (about, status);
CREATE INDEX documents_by_file ON documents (file_sha256);

-- What an event says besides its kind and times: JSON, whose SHA-256 stands in
-- the log. effective_at may lie before or after recorded_at from here on. The
-- kind of the event by which a document was issued stays 'in_force'.
ALTER TABLE events ADD COLUMN data TEXT NOT NULL DEFAULT '';

-- The event that a request has recorded; 0 for a request to issue.
ALTER TABLE requests ADD COLUMN event BIGINT NOT NULL DEFAULT 0;

-- Pictures of objects, given before the document that prints them.
CREATE TABLE photographs (
    sha256     TEXT   NOT NULL PRIMARY KEY,
    bytes      BYTEA  NOT NULL,
    client     TEXT   NOT NULL,
    created_at BIGINT NOT NULL
);
