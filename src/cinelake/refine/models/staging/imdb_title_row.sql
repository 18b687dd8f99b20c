-- What each file of IMDb says of a title, equal lines once; of several for one id, that of most votes (else the first) has `place` 1.
-- zone: step
-- inputs: imdb_artist_row raw_imdb_title_basics raw_imdb_title_ratings
-- keys: form line
WITH told AS (
    SELECT
        form, line, imdb_id, CAST(NULL AS VARCHAR) AS title_type, title, original_title, year, end_year, runtime,
        CAST(NULL AS BOOLEAN) AS is_adult, genres, rating, votes, fault
    FROM imdb_artist_row
    WHERE fault = ''
    UNION ALL
    SELECT
        'TitleBasics' AS form, line, tconst AS imdb_id, titleType AS title_type, primaryTitle AS title,
        originalTitle AS original_title, TRY_CAST(startYear AS BIGINT) AS year, TRY_CAST(endYear AS BIGINT) AS end_year,
        TRY_CAST(runtimeMinutes AS BIGINT) AS runtime,
        CASE isAdult WHEN '0' THEN FALSE WHEN '1' THEN TRUE END AS is_adult,
        genres, CAST(NULL AS DOUBLE) AS rating, CAST(NULL AS BIGINT) AS votes,
        CONCAT_WS(
            '; ',
            {{ if_no_id text=tconst prefix=tt }},
            CASE
                WHEN isAdult IN ('0', '1') THEN NULL
                WHEN isAdult IS NOT NULL THEN CONCAT('isAdult is neither 0 nor 1: "', SUBSTRING(isAdult, 1, 60), '"')
            END,
            {{ if_no_number text=startYear }},
            {{ if_no_number text=endYear }},
            {{ if_no_number text=runtimeMinutes }}
        ) AS fault
    FROM raw_imdb_title_basics
    UNION ALL
    SELECT
        'TitleRatings' AS form, line, tconst, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
        TRY_CAST(averageRating AS DOUBLE) AS rating, TRY_CAST(numVotes AS BIGINT) AS votes,
        CONCAT_WS(
            '; ',
            {{ if_no_id text=tconst prefix=tt }},
            {{ if_no_rating text=averageRating }},
            {{ if_no_number text=numVotes }}
        ) AS fault
    FROM raw_imdb_title_ratings
),
collapsed AS (
    SELECT
        form, imdb_id, title_type, title, original_title, year, end_year, runtime, is_adult, genres, rating, votes, fault,
        MIN(line) AS line, COUNT(*) AS lines
    FROM told
    GROUP BY
        form, imdb_id, title_type, title, original_title, year, end_year, runtime, is_adult, genres, rating, votes, fault
)
SELECT
    *,
    ROW_NUMBER() OVER (
        PARTITION BY form, imdb_id, fault = '' ORDER BY votes DESC NULLS LAST, rating DESC NULLS LAST, line
    ) AS place
FROM collapsed
