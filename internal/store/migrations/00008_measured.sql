-- +goose Up
-- Which audiences a token belongs to, so that nobody's sums read the audiences of others. It is derived with the observations.
CREATE TABLE audience_token (token TEXT NOT NULL, audience BIGINT NOT NULL, PRIMARY KEY (token, audience)) /*WITHOUT ROWID*/;

-- Sums over some weeks read the rows of the viewer's audiences and no others.
DROP INDEX observation_week;
CREATE INDEX observation_sum ON observation (substance, measure, audience, week, place, source, value);

-- What a person has not seen yet is counted on every page.
CREATE INDEX notice_unseen ON notice (person, record) WHERE seen = 0;

-- +goose Down
DROP INDEX notice_unseen; DROP INDEX observation_sum; CREATE INDEX observation_week ON observation (substance, measure, week); DROP TABLE audience_token;
