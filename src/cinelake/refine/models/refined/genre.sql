-- One row per genre; 0 stands for titles of which none is known.
-- zone: refined
-- inputs: title_source genre_name link_genre
-- keys: genre_id
-- column genre_id: TMDB genres.id; 0: unknown
-- column name: TMDB's English name; where a genre is new, the name in its records (the first by alphabet, where they
--     disagree), or 'genre' and the id
SELECT genre_id, COALESCE(MIN(name), CONCAT('genre ', CAST(genre_id AS VARCHAR))) AS name
FROM (
    SELECT 0 AS genre_id, 'unknown' AS name
    UNION ALL
    SELECT genre_id, name FROM genre_name
    UNION ALL
    SELECT u.genre.id, NULLIF(u.genre.name, '') FROM title_source AS s CROSS JOIN UNNEST(s.genres) AS u(genre)
    WHERE u.genre.id > 0 AND u.genre.id NOT IN (SELECT genre_id FROM genre_name)
    UNION ALL
    SELECT genre_id, NULL FROM link_genre WHERE genre_id NOT IN (SELECT genre_id FROM genre_name)
) AS named
GROUP BY genre_id
