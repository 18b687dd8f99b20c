-- What name.basics says of a person, equal lines once; of several for one id, the first has `place` 1.
-- zone: step
-- inputs: raw_imdb_name_basics
-- keys: line
WITH told AS (
    SELECT
        line, nconst, primaryName AS name, TRY_CAST(birthYear AS BIGINT) AS birth_year,
        TRY_CAST(deathYear AS BIGINT) AS death_year, primaryProfession AS professions, knownForTitles AS known_titles,
        CONCAT_WS(
            '; ',
            CASE
                WHEN nconst LIKE 'nm%' AND TRY_CAST(SUBSTRING(nconst, 3) AS BIGINT) IS NOT NULL THEN NULL
                ELSE CONCAT('nconst is no nm and digits: "', COALESCE(SUBSTRING(nconst, 1, 60), ''), '"')
            END,
            CASE
                WHEN CAST(TRY_CAST(birthYear AS BIGINT) AS VARCHAR) = birthYear AND birthYear NOT LIKE '-%' THEN NULL
                WHEN birthYear IS NOT NULL THEN CONCAT('birthYear is no number: "', SUBSTRING(birthYear, 1, 60), '"')
            END,
            CASE
                WHEN CAST(TRY_CAST(deathYear AS BIGINT) AS VARCHAR) = deathYear AND deathYear NOT LIKE '-%' THEN NULL
                WHEN deathYear IS NOT NULL THEN CONCAT('deathYear is no number: "', SUBSTRING(deathYear, 1, 60), '"')
            END
        ) AS fault
    FROM raw_imdb_name_basics
),
collapsed AS (
    SELECT
        nconst, name, birth_year, death_year, professions, known_titles, fault, MIN(line) AS line, COUNT(*) AS lines
    FROM told
    GROUP BY nconst, name, birth_year, death_year, professions, known_titles, fault
)
SELECT *, ROW_NUMBER() OVER (PARTITION BY nconst, fault = '' ORDER BY line) AS place
FROM collapsed
