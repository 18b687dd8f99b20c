-- One row per IMDb title and entry of its credits, from the newest file that has credits of the title.
-- inputs: imdb_credit_row imdb_file
-- keys: imdb_id ordering
-- references: person_key trusted_imdb_people.person_key
-- column imdb_id: IMDb tconst, or id in movies.csv and series.csv
-- column ordering: IMDb ordering; in movies.csv and series.csv the order of the lines [from 1]
-- column person_key: the person
-- column category: IMDb category or generoArtista, such as actress or director; null: IMDb has no value
-- column job: IMDb job; null: IMDb has no value, or the credit comes from movies.csv or series.csv
-- column characters: IMDb characters or personagem, as a list; null: IMDb has no value
-- column credit_file: the kind of file that the credit comes from
WITH newest AS (
    SELECT r.imdb_id, MIN(f.recency) AS recency
    FROM imdb_credit_row AS r
    INNER JOIN imdb_file AS f ON r.file_kind = f.kind
    WHERE r.fault = ''
    GROUP BY r.imdb_id
)

SELECT
    r.imdb_id,
    r.ordering,
    r.person_key,
    r.category,
    r.job,
    -- ["A","B \"C\""]: CHR(31) replaces the separators first, because unescaping makes quotes and backslashes ambiguous.
    STRING_SPLIT(
        REPLACE(
            REPLACE(
                REPLACE(SUBSTRING(r.characters, 3, LENGTH(r.characters) - 4), '","', CHR(31)), CONCAT(CHR(92), '"'), '"'
            ),
            CONCAT(CHR(92), CHR(92)),
            CHR(92)
        ),
        CHR(31)
    ) AS characters,
    r.file_kind AS credit_file
FROM imdb_credit_row AS r
INNER JOIN imdb_file AS f ON r.file_kind = f.kind
INNER JOIN newest AS n ON r.imdb_id = n.imdb_id AND f.recency = n.recency
WHERE r.fault = '' AND r.id_rank = 1
