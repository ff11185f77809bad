-- +goose Up
-- Which version of a record a person looked at last, by its journal entry, and whether he follows it. Those that he does
-- not follow are forgotten when there are many.
CREATE TABLE visit (
    person TEXT NOT NULL, record TEXT NOT NULL, version BIGINT NOT NULL, seq BIGINT NOT NULL, at BIGINT NOT NULL, follows BIGINT NOT NULL,
    PRIMARY KEY (person, record)
) /*WITHOUT ROWID*/;
CREATE INDEX visit_at ON visit (person, follows, at);

-- What a person has chosen for himself: the columns of a list, shortcuts, up to where he has seen what is new.
CREATE TABLE preference (person TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (person, name)) /*WITHOUT ROWID*/;

-- Lists, searches and plots that a person keeps under a name: an address of this site. seen is the journal entry up to
-- which he was told of what matches, 0 where he does not want to be told.
CREATE TABLE saved (id TEXT PRIMARY KEY, person TEXT NOT NULL, name TEXT NOT NULL, address TEXT NOT NULL, seen BIGINT NOT NULL);
CREATE INDEX saved_person ON saved (person, id);
CREATE INDEX saved_seen ON saved (seen, id);

-- Proposals by the owner of their record, which never changes, and state.
ALTER TABLE proposal ADD COLUMN owner TEXT NOT NULL DEFAULT '';
UPDATE proposal SET owner = coalesce((SELECT r.owner FROM record r WHERE r.id = proposal.record), '');
CREATE INDEX proposal_owner ON proposal (owner, state, id);

-- +goose Down
DROP INDEX proposal_owner; ALTER TABLE proposal DROP COLUMN owner; DROP TABLE saved; DROP TABLE preference; DROP TABLE visit;
