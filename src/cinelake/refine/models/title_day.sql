-- Of each title the newest day, and the newest on which a part of it was asked for; null if none was. One row per title.
-- zone: step
-- inputs: trusted_movies trusted_series
-- keys: title_key
WITH dated AS (
    SELECT
        'movie' AS kind, id_tmdb, collected_on,
        CASE WHEN cast_members IS NOT NULL OR crew_members IS NOT NULL THEN collected_on END AS credits_on,
        CASE WHEN keywords IS NOT NULL THEN collected_on END AS keywords_on,
        CAST(NULL AS DATE) AS external_ids_on
    FROM trusted_movies
    UNION ALL
    SELECT
        'series' AS kind, id_tmdb, collected_on,
        CASE WHEN cast_members IS NOT NULL OR crew_members IS NOT NULL THEN collected_on END AS credits_on,
        CASE WHEN keywords IS NOT NULL THEN collected_on END AS keywords_on,
        CASE WHEN external_ids IS NOT NULL THEN collected_on END AS external_ids_on
    FROM trusted_series
)
SELECT
    CONCAT(kind, '-', CAST(id_tmdb AS VARCHAR)) AS title_key, kind, id_tmdb,
    MAX(collected_on) AS collected_on,
    MAX(credits_on) AS credits_on,
    MAX(keywords_on) AS keywords_on,
    MAX(external_ids_on) AS external_ids_on
FROM dated
GROUP BY kind, id_tmdb
