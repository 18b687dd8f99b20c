-- One row per appended part that the newest record of a changed title lacks, from the newest record that has it.
-- inputs: title_lack title_change trusted_movies trusted_series
-- keys: title_key lacks
-- changes: title_key
WITH lacking AS (
    SELECT l.title_key, l.kind, l.id_tmdb, l.lacks, l.raw_key
    FROM title_lack AS l
    INNER JOIN title_change AS c ON l.title_key = c.title_key
)

SELECT
    l.title_key, l.lacks, m.cast_members, m.crew_members, m.keywords, CAST(NULL AS VARCHAR) AS imdb_id,
    CAST(NULL AS VARCHAR) AS imdb_id_loss
FROM lacking AS l
INNER JOIN trusted_movies AS m ON l.id_tmdb = m.id_tmdb AND l.raw_key = m.raw_key
WHERE l.kind = 'movie'
UNION ALL
SELECT
    l.title_key, l.lacks, s.cast_members, s.crew_members, s.keywords, s.imdb_id,
    CASE
        {{ imdb_id_loss record=s }}
    END
FROM lacking AS l
INNER JOIN trusted_series AS s ON l.id_tmdb = s.id_tmdb AND l.raw_key = s.raw_key
WHERE l.kind = 'series'
