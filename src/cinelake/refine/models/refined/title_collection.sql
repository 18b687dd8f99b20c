-- One row per title of a collection, with its number in the order of release and the years since the previous instalment. A
--     title without a date has neither.
-- inputs: title_source
-- keys: title_key
-- references: title_key title.title_key
-- references: collection_id collection.collection_id
-- column title_key: the title
-- column collection_id: TMDB belongs_to_collection.id
-- column instalment: the rank by release_date among the titles of the collection in the lake [from 1]; null: release_date
--     is null
-- column gap_years: computed from the release years of the title and the previous instalment [years]; null: the first
--     instalment, or release_date is null
WITH dated AS (
    SELECT title_key, collection_id, release_date, id_tmdb
    FROM title_source
    WHERE collection_id IS NOT NULL AND release_date IS NOT NULL
),

numbered AS (
    SELECT
        title_key, collection_id,
        ROW_NUMBER() OVER (PARTITION BY collection_id ORDER BY release_date, id_tmdb) AS instalment,
        YEAR(release_date)
        - YEAR(LAG(release_date) OVER (PARTITION BY collection_id ORDER BY release_date, id_tmdb)) AS gap_years
    FROM dated
)

SELECT s.title_key, s.collection_id, n.instalment, n.gap_years
FROM title_source AS s
LEFT JOIN numbered AS n ON s.title_key = n.title_key
WHERE s.collection_id IS NOT NULL
