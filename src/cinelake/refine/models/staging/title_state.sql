-- One row per title with a record in Raw: its newest record, and whether the title is present, gone, merged, or left the
--     selection.
-- inputs: raw_record raw_tombstone slice_title
-- keys: kind id_tmdb
WITH member AS (
    SELECT DISTINCT kind, id_tmdb
    FROM slice_title
    WHERE is_in_slice
),

newest AS (
    SELECT kind, id_tmdb, raw_path, key, collected_on, committed_at
    FROM raw_record
    WHERE title_rank = 1
),

ended AS (
    -- "merged" says more than "gone", so it wins; MAX takes it because it is later in the alphabet.
    SELECT n.kind, n.id_tmdb, MAX(t.reason) AS reason
    FROM newest AS n
    INNER JOIN raw_tombstone AS t ON n.kind = t.kind AND n.id_tmdb = t.id_tmdb
    WHERE t.reason IN ('gone', 'merged') AND t.committed_at > n.committed_at
    GROUP BY n.kind, n.id_tmdb
),

daily AS (
    SELECT
        n.kind, n.id_tmdb, COUNT(*) AS raw_records,
        LIST_SORT(ARRAY_AGG(DISTINCT r.genre_id) FILTER (WHERE r.genre_id IS NOT NULL)) AS file_genre_ids
    FROM newest AS n
    INNER JOIN raw_record AS r ON n.kind = r.kind AND n.id_tmdb = r.id_tmdb AND n.collected_on = r.collected_on
    GROUP BY n.kind, n.id_tmdb
)

SELECT
    n.kind, n.id_tmdb, n.raw_path, n.key AS raw_key, n.collected_on, d.raw_records, d.file_genre_ids,
    CASE WHEN e.reason IS NOT NULL THEN e.reason WHEN h.id_tmdb IS NOT NULL THEN 'present' ELSE 'left' END AS state
FROM newest AS n
INNER JOIN daily AS d ON n.kind = d.kind AND n.id_tmdb = d.id_tmdb
LEFT JOIN member AS h ON n.kind = h.kind AND n.id_tmdb = h.id_tmdb
LEFT JOIN ended AS e ON n.kind = e.kind AND n.id_tmdb = e.id_tmdb
