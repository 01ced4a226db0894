-- The addresses at which the public can check documents, as documents print
-- them: the newest is the one that is printed.

-- +goose Up

CREATE TABLE addresses (
    base  TEXT   NOT NULL PRIMARY KEY,
    demo  BIGINT NOT NULL,                        -- 1 if its documents have no legal force
    since BIGINT NOT NULL
);
