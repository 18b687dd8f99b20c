-- One row per IMDb title and place in its credits, from the newest file that has any of the title.
-- zone: trusted
-- inputs: imdb_credit_row imdb_file
-- keys: imdb_id ordering
-- references: person_key trusted_imdb_people.person_key
-- column imdb_id: IMDb tconst, or id in movies.csv and series.csv
-- column ordering: IMDb ordering; in movies.csv and series.csv counted as they stand [from 1]
-- column person_key: the person
-- column category: IMDb category or generoArtista, such as actress or director; null: IMDb has none
-- column job: IMDb job; null: IMDb has none, or it comes from movies.csv and series.csv
-- column characters: IMDb characters or personagem, as a list; null: IMDb has none
-- column credit_file: the kind of file that it comes from
WITH newest AS (
    SELECT r.imdb_id, MIN(f.recency) AS recency
    FROM imdb_credit_row AS r
    INNER JOIN imdb_file AS f ON r.form = f.kind
    WHERE r.fault = ''
    GROUP BY r.imdb_id
)
SELECT
    r.imdb_id,
    r.ordering,
    r.person_key,
    r.category,
    r.job,
    -- ["A","B \"C\""]: what separates is marked before quotes and backslashes lose what marks them.
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
    r.form AS credit_file
FROM imdb_credit_row AS r
INNER JOIN imdb_file AS f ON r.form = f.kind
INNER JOIN newest AS n ON r.imdb_id = n.imdb_id AND f.recency = n.recency
WHERE r.fault = '' AND r.place = 1
