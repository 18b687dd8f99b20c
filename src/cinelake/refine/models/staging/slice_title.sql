-- Of each slice name and title what happened last: a record of it came, or a tombstone ended it. The slice holds the title or not.
-- zone: step
-- inputs: raw_record raw_tombstone
-- keys: kind slice id_tmdb
WITH event AS (
    SELECT kind, slice, id_tmdb, collected_on, committed_at, TRUE AS is_held FROM raw_record
    UNION ALL
    SELECT kind, slice, id_tmdb, collected_on, committed_at, FALSE FROM raw_tombstone
)
SELECT kind, slice, id_tmdb, collected_on, is_held
FROM event
QUALIFY ROW_NUMBER() OVER (
    PARTITION BY kind, slice, id_tmdb ORDER BY collected_on DESC, committed_at DESC, is_held DESC
) = 1
