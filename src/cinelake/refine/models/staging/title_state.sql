-- One row per title with a record in Trusted: its newest record, and whether the title is present, gone, merged, or left
--     the selection.
-- inputs: record raw_tombstone slice_title
-- keys: kind id_tmdb
WITH member AS (
    SELECT DISTINCT kind, id_tmdb
    FROM slice_title
    WHERE is_in_slice
),

newest AS (
    SELECT kind, id_tmdb, raw_key, part, number, collected_on, has_credits, cast_size
    FROM record
    WHERE title_rank = 1
),

ended AS (
    -- "merged" says more than "gone", so it wins; MAX takes it because it is later in the alphabet.
    SELECT n.kind, n.id_tmdb, MAX(t.reason) AS reason
    FROM newest AS n
    INNER JOIN raw_tombstone AS t ON n.kind = t.kind AND n.id_tmdb = t.id_tmdb
    WHERE
        t.reason IN ('gone', 'merged')
        AND (t.number > n.number OR (t.number = n.number AND t.collected_on > n.collected_on))
    GROUP BY n.kind, n.id_tmdb
)

SELECT
    CONCAT(n.kind, '-', CAST(n.id_tmdb AS VARCHAR)) AS title_key, n.kind, n.id_tmdb, n.raw_key, n.part, n.number,
    n.collected_on, n.has_credits, n.cast_size,
    CASE WHEN e.reason IS NOT NULL THEN e.reason WHEN h.id_tmdb IS NOT NULL THEN 'present' ELSE 'left' END AS state
FROM newest AS n
LEFT JOIN member AS h ON n.kind = h.kind AND n.id_tmdb = h.id_tmdb
LEFT JOIN ended AS e ON n.kind = e.kind AND n.id_tmdb = e.id_tmdb
