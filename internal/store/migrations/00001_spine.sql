-- +goose Up
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE journal (
    seq BIGINT PRIMARY KEY, at BIGINT NOT NULL, actor TEXT NOT NULL, type TEXT NOT NULL, subject TEXT NOT NULL,
    version BIGINT NOT NULL, action TEXT NOT NULL, payload BYTEA NOT NULL
);
CREATE INDEX journal_subject ON journal (subject, seq);
CREATE TABLE journal_hash (idx BIGINT PRIMARY KEY, hash BYTEA NOT NULL);
CREATE TABLE checkpoint (size BIGINT PRIMARY KEY, at BIGINT NOT NULL, note TEXT NOT NULL);

-- The current version of each record: seq is the journal entry that holds it.
CREATE TABLE record (id TEXT PRIMARY KEY, seq BIGINT NOT NULL, kind TEXT NOT NULL, owner TEXT NOT NULL) /*WITHOUT ROWID*/;
CREATE TABLE bucket (id BIGINT PRIMARY KEY, token TEXT NOT NULL, facet TEXT NOT NULL, UNIQUE (facet, token));
CREATE TABLE posting (bucket BIGINT NOT NULL, k BIGINT NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY (bucket, k, seq)) /*WITHOUT ROWID*/;
CREATE TABLE external (
    owner TEXT NOT NULL, system TEXT NOT NULL, ext TEXT NOT NULL, record TEXT NOT NULL, source_hash TEXT NOT NULL,
    PRIMARY KEY (owner, system, ext)
) /*WITHOUT ROWID*/;
CREATE TABLE link (target TEXT NOT NULL, relation TEXT NOT NULL, source TEXT NOT NULL, PRIMARY KEY (target, relation, source)) /*WITHOUT ROWID*/;
CREATE TABLE file (hash TEXT PRIMARY KEY, size BIGINT NOT NULL, type TEXT NOT NULL, at BIGINT NOT NULL, content BYTEA NOT NULL);

CREATE TABLE audience (id BIGINT PRIMARY KEY, tokens TEXT NOT NULL UNIQUE);
CREATE TABLE observation (
    place TEXT NOT NULL, substance TEXT NOT NULL, source TEXT NOT NULL, measure TEXT NOT NULL, audience BIGINT NOT NULL,
    week BIGINT NOT NULL, value DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (place, substance, source, measure, audience, week)
) /*WITHOUT ROWID*/;
CREATE INDEX observation_week ON observation (substance, measure, week);
CREATE INDEX observation_audience ON observation (audience, place, substance, source, measure);
CREATE TABLE unknown_name (name TEXT PRIMARY KEY, seen BIGINT NOT NULL, owner TEXT NOT NULL, record TEXT NOT NULL, state TEXT NOT NULL, resolution TEXT NOT NULL) /*WITHOUT ROWID*/;

CREATE TABLE person (id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, participant TEXT NOT NULL, payload BYTEA NOT NULL);
CREATE TABLE registration (id TEXT PRIMARY KEY, person TEXT NOT NULL, payload BYTEA NOT NULL);
CREATE INDEX registration_person ON registration (person);
CREATE TABLE signin_link (hash TEXT PRIMARY KEY, person TEXT NOT NULL, expires BIGINT NOT NULL, reusable BIGINT NOT NULL);
CREATE TABLE session (token TEXT PRIMARY KEY, data BYTEA NOT NULL, expires BIGINT NOT NULL);
CREATE INDEX session_expires ON session (expires);
CREATE TABLE audit (id TEXT PRIMARY KEY, at BIGINT NOT NULL, actor TEXT NOT NULL, event TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL);

CREATE TABLE comment (id TEXT PRIMARY KEY, record TEXT NOT NULL, person TEXT NOT NULL, at BIGINT NOT NULL, text TEXT NOT NULL);
CREATE INDEX comment_record ON comment (record, id);
CREATE TABLE proposal (id TEXT PRIMARY KEY, record TEXT NOT NULL, person TEXT NOT NULL, at BIGINT NOT NULL, version BIGINT NOT NULL, text TEXT NOT NULL, change BYTEA NOT NULL, state TEXT NOT NULL, decided_by TEXT NOT NULL);
CREATE INDEX proposal_record ON proposal (record, id);

-- Who is told of what, once a person, record and reason; and the mail that carries it.
CREATE TABLE notice (person TEXT NOT NULL, record TEXT NOT NULL, reason TEXT NOT NULL, at BIGINT NOT NULL, seen BIGINT NOT NULL, acknowledged BIGINT NOT NULL, note TEXT NOT NULL, PRIMARY KEY (record, reason, person)) /*WITHOUT ROWID*/;
CREATE INDEX notice_person ON notice (person, at);
CREATE TABLE mail (id TEXT PRIMARY KEY, person TEXT NOT NULL, record TEXT NOT NULL, reason TEXT NOT NULL, state TEXT NOT NULL, attempts BIGINT NOT NULL, due BIGINT NOT NULL, error TEXT NOT NULL, UNIQUE (record, reason, person));
CREATE INDEX mail_due ON mail (state, due);

-- +goose Down
DROP TABLE mail; DROP TABLE notice; DROP TABLE proposal; DROP TABLE comment; DROP TABLE audit; DROP TABLE session;
DROP TABLE signin_link; DROP TABLE registration; DROP TABLE person; DROP TABLE unknown_name; DROP TABLE observation;
DROP TABLE audience; DROP TABLE file; DROP TABLE link; DROP TABLE external; DROP TABLE posting; DROP TABLE bucket;
DROP TABLE record; DROP TABLE checkpoint; DROP TABLE journal_hash; DROP TABLE journal; DROP TABLE meta;
