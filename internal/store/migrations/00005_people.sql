-- +goose Up
-- A line of the audit is an entry of the journal as well: seq is its number there, 0 until an older line has been given
-- one. participant and person are whom the line concerns, area what it is about; both are found when it is written.
ALTER TABLE audit ADD COLUMN seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE audit ADD COLUMN area TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN participant TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN person TEXT NOT NULL DEFAULT '';
CREATE INDEX audit_seq ON audit (seq);
CREATE INDEX audit_at ON audit (at, seq);
CREATE INDEX audit_area ON audit (area, at, seq);
CREATE INDEX audit_participant ON audit (participant, at, seq);
CREATE INDEX audit_participant_area ON audit (participant, area, at, seq);
CREATE INDEX audit_person ON audit (person, at, seq);
CREATE INDEX audit_person_area ON audit (person, area, at, seq);

-- How often a person was refused something within an hour (counted in hours since 1970), so that a flood of refusals is
-- counted and does not fill the audit.
CREATE TABLE denial (person TEXT NOT NULL, hour BIGINT NOT NULL, n BIGINT NOT NULL, PRIMARY KEY (hour, person)) /*WITHOUT ROWID*/;

-- Who was invited by whom. state is open, accepted or withdrawn; sends counts the letters that were asked for; expires is
-- when the link of the last letter ends, 0 before it was written. The secret of the link is nowhere, its hash in
-- invitation_link until the link ends.
CREATE TABLE invitation (
    id TEXT PRIMARY KEY, participant TEXT NOT NULL, email TEXT NOT NULL, inviter TEXT NOT NULL, at BIGINT NOT NULL, state TEXT NOT NULL,
    sends BIGINT NOT NULL, expires BIGINT NOT NULL, person TEXT NOT NULL, payload BYTEA NOT NULL
);
CREATE INDEX invitation_participant ON invitation (participant, id);
CREATE INDEX invitation_email ON invitation (email);
CREATE TABLE invitation_link (hash TEXT PRIMARY KEY, invitation TEXT NOT NULL, expires BIGINT NOT NULL);

-- A letter of a daily digest: the letters that it stands for have its id in digest.
ALTER TABLE mail ADD COLUMN digest TEXT NOT NULL DEFAULT '';
CREATE INDEX mail_digest ON mail (digest);

-- How far a person has got in the first steps: the steps that he has done, and when he had done with them, 0 for not yet.
CREATE TABLE guide (person TEXT PRIMARY KEY, steps TEXT NOT NULL, done BIGINT NOT NULL);

-- When each job ran last, by whichever server.
CREATE TABLE job (name TEXT PRIMARY KEY, at BIGINT NOT NULL, took BIGINT NOT NULL, good BIGINT NOT NULL, error TEXT NOT NULL);

-- +goose Down
DROP TABLE job; DROP TABLE guide; DROP INDEX mail_digest; ALTER TABLE mail DROP COLUMN digest;
DROP TABLE invitation_link; DROP TABLE invitation; DROP TABLE denial;
DROP INDEX audit_person_area; DROP INDEX audit_person; DROP INDEX audit_participant_area; DROP INDEX audit_participant;
DROP INDEX audit_area; DROP INDEX audit_at; DROP INDEX audit_seq;
ALTER TABLE audit DROP COLUMN person; ALTER TABLE audit DROP COLUMN participant; ALTER TABLE audit DROP COLUMN area; ALTER TABLE audit DROP COLUMN seq;
