-- One row per record that the next build needs, as in record: older records that decide nothing are left out, so that the
--     table does not grow with every run.
-- inputs: record record_slice
-- keys: kind id_tmdb raw_key
WITH needed AS (
    SELECT
        kind, id_tmdb, 1 AS title_rank,
        MIN(CASE WHEN has_credits THEN title_rank END) AS credits_rank,
        MIN(CASE WHEN has_keywords THEN title_rank END) AS keywords_rank,
        MIN(CASE WHEN has_external_ids THEN title_rank END) AS external_ids_rank
    FROM record
    GROUP BY kind, id_tmdb
),

in_slice AS (
    SELECT DISTINCT kind, id_tmdb, title_rank
    FROM (
        SELECT kind, id_tmdb, slice, MIN(title_rank) AS title_rank
        FROM record_slice
        GROUP BY kind, id_tmdb, slice
    ) AS newest
)

SELECT
    r.kind, r.id_tmdb, r.number, r.collected_on, r.raw_key, r.part, r.slices, r.has_credits, r.cast_size,
    r.has_keywords, r.has_external_ids
FROM record AS r
INNER JOIN needed AS n ON r.kind = n.kind AND r.id_tmdb = n.id_tmdb
LEFT JOIN in_slice AS s ON r.kind = s.kind AND r.id_tmdb = s.id_tmdb AND r.title_rank = s.title_rank
WHERE
    r.title_rank IN (1, n.credits_rank, n.keywords_rank, n.external_ids_rank)
    OR s.title_rank IS NOT NULL
