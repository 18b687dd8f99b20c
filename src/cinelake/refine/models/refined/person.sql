-- One row per actor or director, from TMDB, or from IMDb where TMDB names none; 'unknown' stands for titles without a
--     known person.
-- inputs: title_cast title_director person_usual person_unusual trusted_imdb_people
-- keys: person_key
-- column person_key: tmdb- and TMDB's id; imdb- and nconst; imdb-name-, birth year and name; or 'unknown'
-- column source: tmdb, imdb or unknown
-- column name: TMDB name in the credits, or IMDb primaryName or nomeArtista (the first in alphabetical order if records
--     disagree); 'unnamed' if there is none
-- column gender: TMDB gender in the credits (female, male or non-binary), or for people of IMDb derived from category and
--     profession (actress, actor); null: unset, not derivable, or records disagree
-- column birth_year: IMDb birthYear or anoNascimento [year]; null: the person comes from TMDB, or IMDb has no value
-- column death_year: IMDb deathYear or anoFalecimento [year]; null: as for birth_year, or lines disagree
WITH linked AS (
    SELECT title_key, person_key FROM title_cast
    UNION ALL
    SELECT title_key, person_key FROM title_director
),

unusual AS (
    SELECT DISTINCT title_key, person_key FROM person_unusual
),

unusual_person AS (
    SELECT DISTINCT person_key FROM unusual
),

also_usual AS (
    -- A name that no title uses any more does not count.
    SELECT DISTINCT l.person_key
    FROM linked AS l
    INNER JOIN unusual_person AS p ON l.person_key = p.person_key
    LEFT JOIN unusual AS u ON l.title_key = u.title_key AND l.person_key = u.person_key
    WHERE u.title_key IS NULL
),

named AS (
    SELECT 'unknown' AS person_key, 'unknown' AS name, 0 AS gender
    UNION ALL
    SELECT p.person_key, NULLIF(p.name, '') AS name, p.gender
    FROM person_usual AS p
    LEFT JOIN unusual_person AS u ON p.person_key = u.person_key
    LEFT JOIN also_usual AS a ON p.person_key = a.person_key
    WHERE u.person_key IS NULL OR a.person_key IS NOT NULL
    UNION ALL
    SELECT person_key, NULLIF(name, '') AS name, gender FROM person_unusual
),

credited AS (
    SELECT
        person_key, COALESCE(MIN(name), 'unnamed') AS name,
        CASE
            WHEN MIN(NULLIF(gender, 0)) = MAX(gender)
                THEN CASE MAX(gender) WHEN 1 THEN 'female' WHEN 2 THEN 'male' WHEN 3 THEN 'non-binary' END
        END AS gender
    FROM named
    GROUP BY person_key
)

SELECT
    t.person_key,
    CASE
        WHEN t.person_key LIKE 'tmdb-%' THEN 'tmdb'
        WHEN t.person_key LIKE 'imdb-%' THEN 'imdb'
        ELSE 'unknown'
    END AS source,
    t.name, t.gender, i.birth_year, i.death_year
FROM credited AS t
LEFT JOIN trusted_imdb_people AS i ON t.person_key = i.person_key
