-- One row per collection (franchise): how many of its titles are in the lake, from when to when.
-- zone: refined
-- inputs: title_source
-- keys: collection_id
-- column collection_id: TMDB belongs_to_collection.id
-- column name: TMDB belongs_to_collection.name (the first by alphabet, where records disagree); null: TMDB has nothing
-- column titles: counted in the lake, which need not have all of them [titles]
-- column first_release_date: the earliest of its titles; null: none of them has a date
-- column last_release_date: the latest of its titles; null: none of them has a date
SELECT
    belongs_to_collection.id AS collection_id,
    MIN(belongs_to_collection.name) AS name,
    COUNT(*) AS titles,
    MIN(release_date) AS first_release_date,
    MAX(release_date) AS last_release_date
FROM title_source
WHERE belongs_to_collection.id IS NOT NULL
GROUP BY belongs_to_collection.id
