-- +goose Up
-- What lets people in. Times are microseconds; 0 is never.

-- A passkey of a person: its public key and its counter. rp is the domain that it was made for.
CREATE TABLE device (
    id TEXT PRIMARY KEY, credential TEXT NOT NULL UNIQUE, person TEXT NOT NULL, rp TEXT NOT NULL, name TEXT NOT NULL,
    data BYTEA NOT NULL, made BIGINT NOT NULL, used BIGINT NOT NULL
);
CREATE INDEX device_person ON device (person, id);

-- An account in a directory of his own authority by which a person signs in.
CREATE TABLE account (
    issuer TEXT NOT NULL, subject TEXT NOT NULL, person TEXT NOT NULL, email TEXT NOT NULL, made BIGINT NOT NULL, used BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
) /*WITHOUT ROWID*/;
CREATE INDEX account_person ON account (person);

-- A question to a browser that waits for its answer; the answer uses it up.
CREATE TABLE ceremony (hash TEXT PRIMARY KEY, purpose TEXT NOT NULL, person TEXT NOT NULL, data BYTEA NOT NULL, expires BIGINT NOT NULL);
CREATE INDEX ceremony_expires ON ceremony (expires);

-- Who is signed in where. fresh is when he last proved who he is.
CREATE TABLE signin (
    id TEXT PRIMARY KEY, person TEXT NOT NULL, way TEXT NOT NULL, agent TEXT NOT NULL, origin TEXT NOT NULL,
    begun BIGINT NOT NULL, seen BIGINT NOT NULL, fresh BIGINT NOT NULL, expires BIGINT NOT NULL
);
CREATE INDEX signin_person ON signin (person, id);
CREATE INDEX signin_expires ON signin (expires);

-- Who has ever signed in, and when last.
CREATE TABLE entered (person TEXT PRIMARY KEY, first BIGINT NOT NULL, last BIGINT NOT NULL) /*WITHOUT ROWID*/;
INSERT INTO entered (person, first, last) SELECT subject, min(at), max(at) FROM audit WHERE event = 'signin' AND subject <> '' GROUP BY subject;

-- A person who has lost every way in asks for a new one; two who administer him decide. first is who has approved.
CREATE TABLE recovery (
    id TEXT PRIMARY KEY, person TEXT NOT NULL, asked BIGINT NOT NULL, expires BIGINT NOT NULL, first TEXT NOT NULL, state TEXT NOT NULL
);
CREATE INDEX recovery_person ON recovery (person, id);
CREATE INDEX recovery_state ON recovery (state, id);

-- How much has been tried: the moment until which the attempts made so far weigh on the next.
CREATE TABLE throttle (name TEXT PRIMARY KEY, until BIGINT NOT NULL) /*WITHOUT ROWID*/;
CREATE INDEX throttle_until ON throttle (until);

-- +goose Down
DROP TABLE throttle; DROP TABLE recovery; DROP TABLE entered; DROP TABLE signin; DROP TABLE ceremony; DROP TABLE account; DROP TABLE device;
