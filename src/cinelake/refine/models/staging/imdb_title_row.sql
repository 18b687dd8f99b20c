-- One row per distinct line about a title in each IMDb file. Of several for one id, the one with the most votes, or else
--     the first, has `id_rank` 1.
-- inputs: imdb_artist_row raw_imdb_title_basics raw_imdb_title_ratings
-- keys: file_kind line
WITH title_line AS (
    SELECT
        file_kind, line, imdb_id, CAST(NULL AS VARCHAR) AS title_type, title, original_title, year, end_year, runtime,
        CAST(NULL AS BOOLEAN) AS is_adult, genres, rating, votes, fault
    FROM imdb_artist_row
    WHERE fault = ''
    UNION ALL
    SELECT
        'TitleBasics' AS file_kind, line, tconst AS imdb_id, titleType AS title_type, primaryTitle AS title,
        originalTitle AS original_title, TRY_CAST(startYear AS BIGINT) AS year, TRY_CAST(endYear AS BIGINT) AS end_year,
        TRY_CAST(runtimeMinutes AS BIGINT) AS runtime,
        CASE isAdult WHEN '0' THEN FALSE WHEN '1' THEN TRUE END AS is_adult,
        genres, CAST(NULL AS DOUBLE) AS rating, CAST(NULL AS BIGINT) AS votes,
        CONCAT_WS(
            '; ',
            {{ id_fault text=tconst prefix=tt }},
            CASE
                WHEN isAdult IN ('0', '1') THEN NULL
                WHEN isAdult IS NOT NULL THEN CONCAT('isAdult is neither 0 nor 1: "', SUBSTRING(isAdult, 1, 60), '"')
            END,
            {{ number_fault text=startYear }},
            {{ number_fault text=endYear }},
            {{ number_fault text=runtimeMinutes }}
        ) AS fault
    FROM raw_imdb_title_basics
    UNION ALL
    SELECT
        'TitleRatings' AS file_kind, line, tconst, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
        TRY_CAST(averageRating AS DOUBLE) AS rating, TRY_CAST(numVotes AS BIGINT) AS votes,
        CONCAT_WS(
            '; ',
            {{ id_fault text=tconst prefix=tt }},
            {{ rating_fault text=averageRating }},
            {{ number_fault text=numVotes }}
        ) AS fault
    FROM raw_imdb_title_ratings
),

collapsed AS (
    SELECT
        file_kind, imdb_id, title_type, title, original_title, year, end_year, runtime, is_adult, genres, rating, votes,
        fault, MIN(line) AS line, COUNT(*) AS lines
    FROM title_line
    GROUP BY
        file_kind, imdb_id, title_type, title, original_title, year, end_year, runtime, is_adult, genres, rating, votes,
        fault
)

SELECT
    *,
    ROW_NUMBER() OVER (
        PARTITION BY file_kind, imdb_id, fault = '' ORDER BY votes DESC NULLS LAST, rating DESC NULLS LAST, line ASC
    ) AS id_rank
FROM collapsed
