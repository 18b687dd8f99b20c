-- One row per title that a slice ever had, by its newest event: a record adds the title, a tombstone removes it.
-- inputs: raw_record raw_tombstone
-- keys: kind slice id_tmdb
WITH event AS (
    SELECT kind, slice, id_tmdb, collected_on, committed_at, TRUE AS is_in_slice FROM raw_record
    UNION ALL
    SELECT kind, slice, id_tmdb, collected_on, committed_at, FALSE FROM raw_tombstone
)

SELECT kind, slice, id_tmdb, collected_on, is_in_slice
FROM event
QUALIFY ROW_NUMBER() OVER (
    PARTITION BY kind, slice, id_tmdb ORDER BY collected_on DESC, committed_at DESC, is_in_slice DESC
) = 1
