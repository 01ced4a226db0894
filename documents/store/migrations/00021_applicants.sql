-- Whose applications are, so that people find theirs.

-- +goose Up

-- It follows from the applicant of the application. Applications that are older than the
-- table are entered when somebody looks for his.
CREATE TABLE application_applicants (
    application TEXT NOT NULL PRIMARY KEY REFERENCES applications (id),
    party       TEXT NOT NULL  -- an identity of a person or of an organisation
);

CREATE INDEX application_applicants_by_party ON application_applicants (party, application);
