-- One row per collection (franchise): how many of its titles are in the lake, from when to when.
-- zone: refined
-- inputs: title_source
-- keys: collection_id
SELECT
    belongs_to_collection.id AS collection_id,
    MIN(belongs_to_collection.name) AS name,
    COUNT(*) AS titles,
    MIN(release_date) AS first_release_date,
    MAX(release_date) AS last_release_date
FROM title_source
WHERE belongs_to_collection.id IS NOT NULL
GROUP BY belongs_to_collection.id
