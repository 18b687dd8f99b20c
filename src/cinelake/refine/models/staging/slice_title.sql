-- One row per title that a slice ever had, by its newest event: a record adds the title, a tombstone removes it.
--     Slices named feed-… hold newer records of titles of other slices and decide nothing here (lake.keys.FEED_PREFIX).
-- inputs: record_slice raw_tombstone
-- keys: kind slice id_tmdb
WITH event AS (
    SELECT kind, slice, id_tmdb, number, collected_on, TRUE AS is_in_slice FROM record_slice
    UNION ALL
    SELECT kind, slice, id_tmdb, number, collected_on, FALSE FROM raw_tombstone
)

SELECT kind, slice, id_tmdb, number, collected_on, is_in_slice
FROM event
WHERE slice NOT LIKE 'feed-%'
QUALIFY ROW_NUMBER() OVER (
    PARTITION BY kind, slice, id_tmdb ORDER BY number DESC, collected_on DESC, is_in_slice DESC
) = 1
