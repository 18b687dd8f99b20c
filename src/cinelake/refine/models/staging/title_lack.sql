-- One row per appended part that the newest record of a present title lacks, with the newest record that has it. There are
--     few such rows, so the large casts of all other titles are read only once.
-- inputs: title_state record
-- keys: title_key lacks
WITH newest AS (
    SELECT
        s.title_key, r.kind, r.id_tmdb,
        MIN(CASE WHEN r.has_credits THEN r.title_rank END) AS credits_rank,
        MIN(CASE WHEN r.has_keywords THEN r.title_rank END) AS keywords_rank,
        MIN(CASE WHEN r.has_external_ids THEN r.title_rank END) AS external_ids_rank
    FROM record AS r
    INNER JOIN title_state AS s ON r.kind = s.kind AND r.id_tmdb = s.id_tmdb
    WHERE s.state = 'present'
    GROUP BY s.title_key, r.kind, r.id_tmdb
),

lacking AS (
    SELECT title_key, kind, id_tmdb, 'credits' AS lacks, credits_rank AS title_rank
    FROM newest
    WHERE credits_rank > 1
    UNION ALL
    SELECT title_key, kind, id_tmdb, 'keywords' AS lacks, keywords_rank AS title_rank
    FROM newest
    WHERE keywords_rank > 1
    UNION ALL
    SELECT title_key, kind, id_tmdb, 'external_ids' AS lacks, external_ids_rank AS title_rank
    FROM newest
    WHERE external_ids_rank > 1
)

SELECT l.title_key, l.kind, l.id_tmdb, l.lacks, r.raw_key, r.part, r.cast_size
FROM lacking AS l
INNER JOIN record AS r ON l.kind = r.kind AND l.id_tmdb = r.id_tmdb AND l.title_rank = r.title_rank
