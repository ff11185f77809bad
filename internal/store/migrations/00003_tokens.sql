-- +goose Up
-- What programs come with in a person's name: the hash of the secret, never the secret. Times are microseconds; used is
-- the day of the last use (0 for never), revoked 0 for not.
CREATE TABLE token (
    id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, person TEXT NOT NULL, name TEXT NOT NULL, scopes TEXT NOT NULL,
    made BIGINT NOT NULL, expires BIGINT NOT NULL, used BIGINT NOT NULL, revoked BIGINT NOT NULL
);
CREATE INDEX token_person ON token (person, id);

-- What a token has made under a key of its own choosing, so that the same request sent again makes nothing twice.
CREATE TABLE once (
    token TEXT NOT NULL, name TEXT NOT NULL, hash TEXT NOT NULL, record TEXT NOT NULL, at BIGINT NOT NULL,
    PRIMARY KEY (token, name)
) /*WITHOUT ROWID*/;
CREATE INDEX once_at ON once (at);

-- +goose Down
DROP TABLE once; DROP TABLE token;
