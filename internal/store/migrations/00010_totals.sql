-- +goose Up
-- Sums of observations that pages ask for all the time: of all countries, by source and week; of all sources, by country
-- and month. They are derived with the observations.
CREATE TABLE total_week (
    substance TEXT NOT NULL, measure TEXT NOT NULL, audience BIGINT NOT NULL, source TEXT NOT NULL, week BIGINT NOT NULL, value DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (substance, measure, audience, source, week)
) /*WITHOUT ROWID*/;
CREATE TABLE total_month (
    substance TEXT NOT NULL, measure TEXT NOT NULL, audience BIGINT NOT NULL, month BIGINT NOT NULL, place TEXT NOT NULL, value DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (substance, measure, audience, month, place)
) /*WITHOUT ROWID*/;

-- +goose Down
DROP TABLE total_month; DROP TABLE total_week;
