-- Who did what in which title, by file; artists of movies.csv and series.csv are numbered as they stand. `place` 1 counts.
-- zone: step
-- inputs: imdb_artist_row raw_imdb_title_principals
-- keys: form line
WITH artist AS (
    SELECT form, imdb_id, person_key, category, characters, MIN(line) AS line
    FROM imdb_artist_row
    WHERE fault = '' AND person_key IS NOT NULL
    GROUP BY form, imdb_id, person_key, category, characters
),
told AS (
    SELECT
        form, line, imdb_id, ROW_NUMBER() OVER (PARTITION BY form, imdb_id ORDER BY line) AS ordering, person_key, category,
        CAST(NULL AS VARCHAR) AS job, characters, '' AS fault
    FROM artist
    UNION ALL
    SELECT
        'TitlePrincipals' AS form, line, tconst AS imdb_id, TRY_CAST(ordering AS BIGINT) AS ordering,
        CONCAT('imdb-', COALESCE(nconst, '')) AS person_key, category, job, characters,
        CONCAT_WS(
            '; ',
            {{ if_no_id text=tconst prefix=tt }},
            CASE
                WHEN {{ is_number text=ordering }} THEN NULL
                ELSE CONCAT('ordering is no number: "', COALESCE(SUBSTRING(ordering, 1, 60), ''), '"')
            END,
            {{ if_no_id text=nconst prefix=nm }},
            {{ if_no_list text=characters }}
        ) AS fault
    FROM raw_imdb_title_principals
),
compared AS (
    SELECT
        *,
        CONCAT(
            person_key, CHR(31), COALESCE(category, ''), CHR(31), COALESCE(job, ''), CHR(31), COALESCE(characters, '')
        ) AS contents
    FROM told
)
SELECT
    form, line, imdb_id, ordering, person_key, category, job, characters, fault,
    ROW_NUMBER() OVER (PARTITION BY form, imdb_id, ordering, fault = '' ORDER BY line) AS place,
    FIRST_VALUE(contents) OVER (PARTITION BY form, imdb_id, ordering, fault = '' ORDER BY line) = contents AS is_same
FROM compared
