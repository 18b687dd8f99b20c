-- One row per person in IMDb, by nconst, or by name and birth year, because movies.csv and series.csv identify people by
--     nothing else.
-- inputs: imdb_name_row imdb_artist_row imdb_credit_row
-- keys: person_key
-- column person_key: imdb- and nconst; for movies.csv and series.csv imdb-name-, birth year (or unknown) and name
-- column nconst: IMDb nconst: nm and digits; null: only name and birth year are known
-- column name: IMDb primaryName or nomeArtista; null: the person is credited in title.principals and absent from
--     name.basics
-- column birth_year: IMDb birthYear or anoNascimento [year]; null: IMDb has no value
-- column death_year: IMDb deathYear or anoFalecimento [year]; null: IMDb has no value, or lines disagree
-- column professions: IMDb primaryProfession, or all of profissao, sorted; null: IMDb has no value
-- column known_titles: IMDb knownForTitles, or all of titulosMaisConhecidos, sorted [imdb_id]; null: IMDb has no value
WITH artist AS (
    SELECT
        person_key, MIN(name) AS name, MIN(birth_year) AS birth_year,
        CASE WHEN MIN(death_year) = MAX(death_year) THEN MIN(death_year) END AS death_year
    FROM imdb_artist_row
    WHERE fault = '' AND person_key IS NOT NULL
    GROUP BY person_key
),

trade AS (
    SELECT person_key, LIST_SORT(ARRAY_AGG(DISTINCT profession)) AS professions
    FROM (
        SELECT person_key, UNNEST(STRING_SPLIT(professions, ',')) AS profession
        FROM imdb_artist_row
        WHERE fault = '' AND person_key IS NOT NULL AND professions IS NOT NULL
    ) AS split
    GROUP BY person_key
),

fame AS (
    SELECT person_key, LIST_SORT(ARRAY_AGG(DISTINCT known_title)) AS known_titles
    FROM (
        SELECT person_key, UNNEST(STRING_SPLIT(known_titles, ',')) AS known_title
        FROM imdb_artist_row
        WHERE fault = '' AND person_key IS NOT NULL AND known_titles IS NOT NULL
    ) AS split
    GROUP BY person_key
),

named AS (
    SELECT CONCAT('imdb-', nconst) AS person_key, nconst, name, birth_year, death_year, professions, known_titles
    FROM imdb_name_row
    WHERE fault = '' AND id_rank = 1
),

credited AS (
    SELECT DISTINCT person_key
    FROM imdb_credit_row
    WHERE file_kind = 'TitlePrincipals' AND fault = ''
)

SELECT
    person_key, nconst, name, birth_year, death_year, STRING_SPLIT(professions, ',') AS professions,
    STRING_SPLIT(known_titles, ',') AS known_titles
FROM named
UNION ALL
SELECT c.person_key, SUBSTRING(c.person_key, 6), NULL, NULL, NULL, NULL, NULL
FROM credited AS c
LEFT JOIN named AS n ON c.person_key = n.person_key
WHERE n.person_key IS NULL
UNION ALL
SELECT a.person_key, NULL, a.name, a.birth_year, a.death_year, t.professions, f.known_titles
FROM artist AS a
LEFT JOIN trade AS t ON a.person_key = t.person_key
LEFT JOIN fame AS f ON a.person_key = f.person_key
