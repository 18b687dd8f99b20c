-- One row per IMDb title, typed. What it is comes from the newest file that has it, its rating from the newest that rates it.
-- zone: trusted
-- inputs: imdb_title_row imdb_file
-- keys: imdb_id
WITH told AS (
    SELECT r.*, f.recency
    FROM imdb_title_row AS r
    INNER JOIN imdb_file AS f ON r.form = f.kind
    WHERE r.fault = '' AND r.place = 1
),
described AS (
    SELECT *
    FROM told
    WHERE form <> 'TitleRatings'
    QUALIFY ROW_NUMBER() OVER (PARTITION BY imdb_id ORDER BY recency) = 1
),
rated AS (
    SELECT imdb_id, rating, votes, form
    FROM told
    WHERE rating IS NOT NULL
    QUALIFY ROW_NUMBER() OVER (PARTITION BY imdb_id ORDER BY recency) = 1
)
SELECT
    COALESCE(d.imdb_id, r.imdb_id) AS imdb_id,
    d.title_type,
    d.title,
    d.original_title,
    d.year,
    d.end_year,
    d.runtime,
    d.is_adult,
    STRING_SPLIT(d.genres, ',') AS genres,
    r.rating,
    r.votes,
    d.form AS title_file,
    r.form AS rating_file
FROM described AS d
FULL JOIN rated AS r ON d.imdb_id = r.imdb_id
