-- Every record of Raw that counts, without what makes it wide. place is 1 for the newest of its title, day_place for that of its day.
-- zone: step
-- inputs: raw_movies raw_series raw_file
-- keys: kind id_tmdb place
WITH told AS (
    SELECT
        'movie' AS kind, id_tmdb, raw_path, popularity, vote_average, vote_count,
        credits."cast" IS NOT NULL OR credits.crew IS NOT NULL AS has_credits,
        keywords.keywords IS NOT NULL AS has_keywords,
        FALSE AS has_external_ids
    FROM raw_movies
    UNION ALL
    SELECT
        'series' AS kind, id_tmdb, raw_path, popularity, vote_average, vote_count,
        credits."cast" IS NOT NULL OR credits.crew IS NOT NULL AS has_credits,
        keywords.results IS NOT NULL AS has_keywords,
        external_ids IS NOT NULL AS has_external_ids
    FROM raw_series
),
placed AS (
    -- The first version committed nothing: its records are older than any other of their day.
    SELECT
        t.*, f.key, f.slice, f.genre_id, f.collected_on,
        COALESCE(f.committed_at, TIMESTAMP '1970-01-01 00:00:00') AS committed_at
    FROM told AS t
    INNER JOIN raw_file AS f ON t.raw_path = f.path
)
SELECT
    *,
    ROW_NUMBER() OVER (
        PARTITION BY kind, id_tmdb ORDER BY collected_on DESC, committed_at DESC, key DESC
    ) AS place,
    ROW_NUMBER() OVER (
        PARTITION BY kind, id_tmdb, collected_on ORDER BY committed_at DESC, key DESC
    ) AS day_place
FROM placed
