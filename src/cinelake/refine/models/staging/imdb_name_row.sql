-- One row per distinct line of name.basics, typed. Of several for one id, the first has `id_rank` 1.
-- inputs: raw_imdb_name_basics
-- keys: line
WITH name_line AS (
    SELECT
        line, nconst, primaryName AS name, TRY_CAST(birthYear AS BIGINT) AS birth_year,
        TRY_CAST(deathYear AS BIGINT) AS death_year, primaryProfession AS professions, knownForTitles AS known_titles,
        CONCAT_WS(
            '; ',
            {{ id_fault text=nconst prefix=nm }},
            {{ number_fault text=birthYear }},
            {{ number_fault text=deathYear }}
        ) AS fault
    FROM raw_imdb_name_basics
),

collapsed AS (
    SELECT
        nconst, name, birth_year, death_year, professions, known_titles, fault, MIN(line) AS line, COUNT(*) AS lines
    FROM name_line
    GROUP BY nconst, name, birth_year, death_year, professions, known_titles, fault
)

SELECT *, ROW_NUMBER() OVER (PARTITION BY nconst, fault = '' ORDER BY line) AS id_rank
FROM collapsed
