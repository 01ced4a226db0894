-- The register of documents. One text for SQLite and PostgreSQL:
--   * BYTEA is PostgreSQL's type for bytes; SQLite keeps a blob as it is in a
--     column of any type, so the name does no harm there;
--   * times are whole microseconds since 1970-01-01 UTC, which both engines
--     keep and compare exactly;
--   * SHA-256 sums are small hexadecimal letters, hashes of the log base64.

-- +goose Up

-- One row for every number ever taken. A row is never deleted.
--   reserved   number and content are written, the file does not exist yet
--   in_force   the signed file exists and the log has it
--   void       given up before it came into force; the log has that too
CREATE TABLE documents (
    number         TEXT   NOT NULL PRIMARY KEY,
    kind           TEXT   NOT NULL CHECK (kind IN ('licence', 'refusal')),
    status         TEXT   NOT NULL CHECK (status IN ('reserved', 'in_force', 'void')),
    content        TEXT   NOT NULL,               -- JSON, with number and date of issue
    content_sha256 TEXT   NOT NULL,
    client         TEXT   NOT NULL,               -- who asked for it
    reserved_at    BIGINT NOT NULL,
    lease          TEXT   NOT NULL,               -- whose act is working on the reservation
    leased_until   BIGINT NOT NULL,               -- after this it counts as abandoned
    file_sha256    TEXT   NOT NULL DEFAULT '',
    evidence       TEXT   NOT NULL DEFAULT '',    -- JSON, the verdict on the finished file
    CHECK ((status = 'in_force') = (file_sha256 <> '')),
    CHECK ((status = 'in_force') = (evidence <> ''))
);

CREATE INDEX documents_in_order ON documents (reserved_at, number);
CREATE INDEX documents_by_lease ON documents (status, leased_until);

-- The signed files, byte for byte as they left.
CREATE TABLE files (
    number TEXT  NOT NULL PRIMARY KEY REFERENCES documents (number),
    bytes  BYTEA NOT NULL
);

-- The last running number of every series and year. There are no gaps: a
-- number is taken in the transaction that writes its document.
CREATE TABLE counters (
    series TEXT   NOT NULL,
    year   BIGINT NOT NULL,
    last   BIGINT NOT NULL CHECK (last BETWEEN 1 AND 999999),
    PRIMARY KEY (series, year)
);

-- One row for every idempotency key ever used, kept for ever: the same request
-- gets the same document. number is empty only inside the reserving
-- transaction.
CREATE TABLE requests (
    client          TEXT NOT NULL,
    idempotency_key TEXT NOT NULL,
    body_sha256     TEXT NOT NULL,
    number          TEXT REFERENCES documents (number),
    PRIMARY KEY (client, idempotency_key)
);

-- The log that shows tampering: record i is a leaf of a Merkle tree (RFC 6962).
CREATE TABLE log_entries (
    idx    BIGINT NOT NULL PRIMARY KEY,
    number TEXT   NOT NULL REFERENCES documents (number),
    record TEXT   NOT NULL                        -- the leaf, canonical JSON
);

CREATE INDEX log_entries_by_number ON log_entries (number, idx);

-- Hashes of the complete subtrees, in the order of tlog.StoredHashIndex.
CREATE TABLE log_hashes (
    idx  BIGINT NOT NULL PRIMARY KEY,
    hash TEXT   NOT NULL
);

-- The only row: how many records there are, and the root over them. Whoever
-- appends updates it first and so holds back everyone else until the end of
-- the transaction.
CREATE TABLE log_head (
    id   BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    size BIGINT NOT NULL,
    hash TEXT   NOT NULL
);

INSERT INTO log_head (id, size, hash)
VALUES (1, 0, '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=');

-- What happened to each document, in order: kind is the status that began,
-- effective_at when it began in law, recorded_at when it was written down.
CREATE TABLE events (
    number       TEXT   NOT NULL REFERENCES documents (number),
    seq          BIGINT NOT NULL,
    kind         TEXT   NOT NULL,
    effective_at BIGINT NOT NULL,
    recorded_at  BIGINT NOT NULL,
    detail       TEXT   NOT NULL DEFAULT '',
    log_idx      BIGINT UNIQUE REFERENCES log_entries (idx),
    PRIMARY KEY (number, seq),
    CHECK ((kind = 'reserved') = (log_idx IS NULL))
);

-- The programs that may sign and issue. The key itself is not kept.
CREATE TABLE clients (
    id            TEXT   NOT NULL PRIMARY KEY,
    name          TEXT   NOT NULL,
    scopes        TEXT   NOT NULL,                -- separated by spaces
    secret_sha256 TEXT   NOT NULL,
    created_at    BIGINT NOT NULL,
    revoked_at    BIGINT NOT NULL DEFAULT 0       -- 0: still good
);
