-- One row per appended part that the newest record of a title lacks, from the newest record that has it. There are few such
--     rows, so the large casts of all other titles are read only once.
-- inputs: title_state raw_record raw_movies raw_series
-- keys: title_key part
WITH newest AS (
    SELECT
        r.kind, r.id_tmdb,
        MIN(CASE WHEN r.has_credits THEN r.title_rank END) AS credits_rank,
        MIN(CASE WHEN r.has_keywords THEN r.title_rank END) AS keywords_rank,
        MIN(CASE WHEN r.has_external_ids THEN r.title_rank END) AS external_ids_rank
    FROM raw_record AS r
    INNER JOIN title_state AS s ON r.kind = s.kind AND r.id_tmdb = s.id_tmdb
    WHERE s.state = 'present'
    GROUP BY r.kind, r.id_tmdb
),

lacking AS (
    SELECT kind, id_tmdb, 'credits' AS part, credits_rank AS title_rank
    FROM newest
    WHERE credits_rank > 1
    UNION ALL
    SELECT kind, id_tmdb, 'keywords' AS part, keywords_rank AS title_rank
    FROM newest
    WHERE keywords_rank > 1
    UNION ALL
    SELECT kind, id_tmdb, 'external_ids' AS part, external_ids_rank AS title_rank
    FROM newest
    WHERE external_ids_rank > 1
),

found AS (
    SELECT CONCAT(l.kind, '-', CAST(l.id_tmdb AS VARCHAR)) AS title_key, l.kind, l.id_tmdb, l.part, r.raw_path
    FROM lacking AS l
    INNER JOIN raw_record AS r ON l.kind = r.kind AND l.id_tmdb = r.id_tmdb AND l.title_rank = r.title_rank
)

SELECT
    f.title_key, f.part, m.credits."cast" AS cast_members, m.credits.crew AS crew_members, m.keywords.keywords,
    CAST(NULL AS VARCHAR) AS imdb_id, CAST(NULL AS VARCHAR) AS imdb_id_loss
FROM found AS f
INNER JOIN raw_movies AS m ON f.id_tmdb = m.id_tmdb AND f.raw_path = m.raw_path
WHERE f.kind = 'movie'
UNION ALL
SELECT
    f.title_key, f.part, s.credits."cast", s.credits.crew, s.keywords.results,
    CASE WHEN {{ is_id text=s.external_ids.imdb_id prefix=tt }} THEN s.external_ids.imdb_id END,
    CASE
        WHEN s.external_ids.imdb_id IS NULL THEN 'null or none'
        WHEN s.external_ids.imdb_id = '' THEN 'empty'
        WHEN NOT ({{ is_id text=s.external_ids.imdb_id prefix=tt }}) THEN 'no tt and digits'
    END
FROM found AS f
INNER JOIN raw_series AS s ON f.id_tmdb = s.id_tmdb AND f.raw_path = s.raw_path
WHERE f.kind = 'series'
