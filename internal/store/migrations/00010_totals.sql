-- +goose Up
-- Sums of observations that pages ask for all the time: of all countries, by source and week; of all sources, by country
-- and month (12 × year + month − 1, of the week's Thursday). They are derived with the observations.
CREATE TABLE total_week (
    substance TEXT NOT NULL, measure TEXT NOT NULL, audience BIGINT NOT NULL, source TEXT NOT NULL, week BIGINT NOT NULL, value DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (substance, measure, audience, source, week)
) /*WITHOUT ROWID*/;
CREATE TABLE total_month (
    substance TEXT NOT NULL, measure TEXT NOT NULL, audience BIGINT NOT NULL, month BIGINT NOT NULL, place TEXT NOT NULL, value DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (substance, measure, audience, month, place)
) /*WITHOUT ROWID*/;
INSERT INTO total_week SELECT substance, measure, audience, source, week, sum(value) FROM observation WHERE length(place) = 2
    GROUP BY substance, measure, audience, source, week;
INSERT INTO total_month SELECT substance, measure, audience, /*MONTH OF week*/ AS month, place, sum(value) FROM observation WHERE length(place) = 2
    GROUP BY substance, measure, audience, month, place;

-- +goose Down
DROP TABLE total_month; DROP TABLE total_week;
