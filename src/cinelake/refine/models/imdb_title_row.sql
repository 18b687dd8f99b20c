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
            CASE
                WHEN tconst LIKE 'tt%' AND TRY_CAST(SUBSTRING(tconst, 3) AS BIGINT) IS NOT NULL THEN NULL
                ELSE CONCAT('tconst is no tt and digits: "', COALESCE(SUBSTRING(tconst, 1, 60), ''), '"')
            END,
            CASE
                WHEN isAdult IN ('0', '1') THEN NULL
                WHEN isAdult IS NOT NULL THEN CONCAT('isAdult is neither 0 nor 1: "', SUBSTRING(isAdult, 1, 60), '"')
            END,
            CASE
                WHEN CAST(TRY_CAST(startYear AS BIGINT) AS VARCHAR) = startYear AND startYear NOT LIKE '-%' THEN NULL
                WHEN startYear IS NOT NULL THEN CONCAT('startYear is no number: "', SUBSTRING(startYear, 1, 60), '"')
            END,
            CASE
                WHEN CAST(TRY_CAST(endYear AS BIGINT) AS VARCHAR) = endYear AND endYear NOT LIKE '-%' THEN NULL
                WHEN endYear IS NOT NULL THEN CONCAT('endYear is no number: "', SUBSTRING(endYear, 1, 60), '"')
            END,
            CASE
                WHEN CAST(TRY_CAST(runtimeMinutes AS BIGINT) AS VARCHAR) = runtimeMinutes AND runtimeMinutes NOT LIKE '-%'
                    THEN NULL
                WHEN runtimeMinutes IS NOT NULL
                    THEN CONCAT('runtimeMinutes is no number: "', SUBSTRING(runtimeMinutes, 1, 60), '"')
            END
        ) AS fault
    FROM raw_imdb_title_basics
    UNION ALL
    SELECT
        'TitleRatings' AS form, line, tconst, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
        TRY_CAST(averageRating AS DOUBLE) AS rating, TRY_CAST(numVotes AS BIGINT) AS votes,
        CONCAT_WS(
            '; ',
            CASE
                WHEN tconst LIKE 'tt%' AND TRY_CAST(SUBSTRING(tconst, 3) AS BIGINT) IS NOT NULL THEN NULL
                ELSE CONCAT('tconst is no tt and digits: "', COALESCE(SUBSTRING(tconst, 1, 60), ''), '"')
            END,
            CASE
                WHEN TRY_CAST(averageRating AS DOUBLE) BETWEEN 0 AND 10 THEN NULL
                WHEN averageRating IS NOT NULL
                    THEN CONCAT('averageRating is none from 0 to 10: "', SUBSTRING(averageRating, 1, 60), '"')
            END,
            CASE
                WHEN CAST(TRY_CAST(numVotes AS BIGINT) AS VARCHAR) = numVotes AND numVotes NOT LIKE '-%' THEN NULL
                WHEN numVotes IS NOT NULL THEN CONCAT('numVotes is no number: "', SUBSTRING(numVotes, 1, 60), '"')
            END
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
