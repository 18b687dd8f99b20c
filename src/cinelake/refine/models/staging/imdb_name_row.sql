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
            {{ if_no_id text=nconst prefix=nm }},
            {{ if_no_number text=birthYear }},
            {{ if_no_number text=deathYear }}
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
