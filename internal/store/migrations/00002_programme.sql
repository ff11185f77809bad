-- +goose Up
-- A comment may be on one paragraph of a text: its place, counted from 1, and the text as it was when the comment was made.
ALTER TABLE comment ADD COLUMN anchor TEXT NOT NULL DEFAULT '';

-- What a person answered to a record that asks: an invitation, a consultation. The last answer counts; all are in the journal.
CREATE TABLE reply (
    record TEXT NOT NULL, person TEXT NOT NULL, participant TEXT NOT NULL, at BIGINT NOT NULL, answer TEXT NOT NULL, note TEXT NOT NULL,
    PRIMARY KEY (record, person)
) /*WITHOUT ROWID*/;

-- Secret addresses of calendar feeds, by the hash of the secret.
CREATE TABLE feed (hash TEXT PRIMARY KEY, person TEXT NOT NULL, at BIGINT NOT NULL);
CREATE INDEX feed_person ON feed (person);

-- +goose Down
DROP TABLE feed; DROP TABLE reply; ALTER TABLE comment DROP COLUMN anchor;
