-- Where the licences of organisations are found by the public. It follows from the
-- documents, each of which is read before it is shown; natural persons have no row.

-- +goose Up

CREATE TABLE organisation_licences (
    number    TEXT NOT NULL PRIMARY KEY REFERENCES documents (number),
    bin       TEXT NOT NULL,                      -- empty for an organisation of another country
    name      TEXT NOT NULL,                      -- in small letters, Kazakh and Russian
    activity  TEXT NOT NULL,                      -- the same
    region    TEXT NOT NULL,                      -- ISO 3166-2:KZ, two digits; empty when the address tells none
    issued_on TEXT NOT NULL                       -- 2026-06-22
);

CREATE INDEX organisation_licences_in_order ON organisation_licences (issued_on, number);
CREATE INDEX organisation_licences_by_bin ON organisation_licences (bin, issued_on, number);
CREATE INDEX organisation_licences_by_region ON organisation_licences (region, issued_on, number);
