-- One row per collection (franchise): its titles in the lake and their first and last release dates.
-- inputs: title_source
-- keys: collection_id
-- column collection_id: TMDB belongs_to_collection.id
-- column name: TMDB belongs_to_collection.name (the first in alphabetical order if records disagree); null: TMDB has no
--     value
-- column titles: titles of the collection in the lake, which may lack some [titles]
-- column first_release_date: the earliest release_date of its titles; null: none of them has a date
-- column last_release_date: the latest release_date of its titles; null: none of them has a date
SELECT
    collection_id,
    MIN(collection_name) AS name,
    COUNT(*) AS titles,
    MIN(release_date) AS first_release_date,
    MAX(release_date) AS last_release_date
FROM title_source
WHERE collection_id IS NOT NULL
GROUP BY collection_id
