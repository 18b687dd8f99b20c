-- One row per genre; 0 stands for titles of which none is known.
-- zone: refined
-- inputs: title_source genre_name
-- keys: genre_id
-- column genre_id: TMDB genres.id; 0: unknown
-- column name: TMDB's English name; where a genre is new, the name in its records, or 'genre' and the id; null: it is new
--     and its records give no name
SELECT genre_id, MIN(name) AS name
FROM (
    SELECT 0 AS genre_id, 'unknown' AS name
    UNION ALL
    SELECT genre_id, name FROM genre_name
    UNION ALL
    SELECT u.genre.id, u.genre.name FROM title_source AS s CROSS JOIN UNNEST(s.genres) AS u(genre)
    WHERE u.genre.id IS NOT NULL AND u.genre.id NOT IN (SELECT genre_id FROM genre_name)
    UNION ALL
    SELECT u.genre_id, CONCAT('genre ', CAST(u.genre_id AS VARCHAR))
    FROM title_source AS s CROSS JOIN UNNEST(s.genre_ids) AS u(genre_id)
    WHERE s.genres IS NULL AND u.genre_id NOT IN (SELECT genre_id FROM genre_name)
) AS named
GROUP BY genre_id
