-- What the newest day of a title was not asked for, from the newest that was: hardly any row, so that hardly any cast is moved.
-- zone: step
-- inputs: title_day trusted_movies trusted_series
-- keys: title_key part
WITH lacking AS (
    SELECT title_key, kind, id_tmdb, 'credits' AS part, credits_on AS collected_on
    FROM title_day
    WHERE credits_on < collected_on
    UNION ALL
    SELECT title_key, kind, id_tmdb, 'keywords' AS part, keywords_on AS collected_on
    FROM title_day
    WHERE keywords_on < collected_on
    UNION ALL
    SELECT title_key, kind, id_tmdb, 'external_ids' AS part, external_ids_on AS collected_on
    FROM title_day
    WHERE external_ids_on < collected_on
)
SELECT
    l.title_key, l.part, m.cast_members, m.crew_members, m.keywords, CAST(NULL AS VARCHAR) AS imdb_id,
    CAST(NULL AS VARCHAR) AS imdb_id_loss
FROM lacking AS l
INNER JOIN trusted_movies AS m ON l.id_tmdb = m.id_tmdb AND l.collected_on = m.collected_on
WHERE l.kind = 'movie'
UNION ALL
SELECT
    l.title_key, l.part, s.cast_members, s.crew_members, s.keywords, s.imdb_id,
    {{ imdb_id_loss record=s }} AS imdb_id_loss
FROM lacking AS l
INNER JOIN trusted_series AS s ON l.id_tmdb = s.id_tmdb AND l.collected_on = s.collected_on
WHERE l.kind = 'series'
