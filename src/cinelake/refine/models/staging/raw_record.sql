-- One row per accepted record of Raw, without its wide columns. `title_rank` is 1 for the newest record of a title,
--     `day_rank` for the newest of its day.
-- inputs: raw_movies raw_series raw_file
-- keys: kind id_tmdb title_rank
WITH record AS (
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

dated AS (
    -- Version 1 of the lake had no manifests: its records count as older than any other record of their day.
    SELECT
        r.*, f.key, f.slice, f.genre_id, f.collected_on,
        COALESCE(f.committed_at, TIMESTAMP '1970-01-01 00:00:00') AS committed_at
    FROM record AS r
    INNER JOIN raw_file AS f ON r.raw_path = f.path
)

SELECT
    *,
    ROW_NUMBER() OVER (
        PARTITION BY kind, id_tmdb ORDER BY collected_on DESC, committed_at DESC, key DESC
    ) AS title_rank,
    ROW_NUMBER() OVER (
        PARTITION BY kind, id_tmdb, collected_on ORDER BY committed_at DESC, key DESC
    ) AS day_rank
FROM dated
