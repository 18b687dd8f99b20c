-- One row per credit of a title and file. Artists of movies.csv and series.csv are numbered in the order of their lines. Of
--     several lines for one title and ordering, the one with `id_rank` 1 counts.
-- inputs: imdb_artist_row raw_imdb_title_principals
-- keys: file_kind line
WITH artist AS (
    SELECT file_kind, imdb_id, person_key, category, characters, MIN(line) AS line
    FROM imdb_artist_row
    WHERE fault = '' AND person_key IS NOT NULL
    GROUP BY file_kind, imdb_id, person_key, category, characters
),

credit AS (
    SELECT
        file_kind, line, imdb_id, ROW_NUMBER() OVER (PARTITION BY file_kind, imdb_id ORDER BY line) AS ordering, person_key,
        category, CAST(NULL AS VARCHAR) AS job, characters, '' AS fault
    FROM artist
    UNION ALL
    SELECT
        'TitlePrincipals' AS file_kind, line, tconst AS imdb_id, TRY_CAST(ordering AS BIGINT) AS ordering,
        CONCAT('imdb-', COALESCE(nconst, '')) AS person_key, category, job, characters,
        CONCAT_WS(
            '; ',
            {{ id_fault text=tconst prefix=tt }},
            CASE
                WHEN {{ is_number text=ordering }} THEN NULL
                ELSE CONCAT('ordering is no number: "', COALESCE(SUBSTRING(ordering, 1, 60), ''), '"')
            END,
            {{ id_fault text=nconst prefix=nm }},
            {{ list_fault text=characters }}
        ) AS fault
    FROM raw_imdb_title_principals
),

compared AS (
    SELECT
        *,
        CONCAT(
            person_key, CHR(31), COALESCE(category, ''), CHR(31), COALESCE(job, ''), CHR(31), COALESCE(characters, '')
        ) AS contents
    FROM credit
)

SELECT
    file_kind, line, imdb_id, ordering, person_key, category, job, characters, fault,
    ROW_NUMBER() OVER (PARTITION BY file_kind, imdb_id, ordering, fault = '' ORDER BY line) AS id_rank,
    FIRST_VALUE(contents) OVER (PARTITION BY file_kind, imdb_id, ordering, fault = '' ORDER BY line) = contents AS is_same
FROM compared
