-- +goose Up
-- What is found by search is counted by kind.
CREATE INDEX record_seq ON record (seq, kind);

-- +goose Down
DROP INDEX record_seq;
