-- One row per genre; 0 stands for titles without a known genre.
-- inputs: title_source genre_name link_genre
-- keys: genre_id
-- column genre_id: TMDB genres.id; 0: unknown
-- column name: TMDB's English name; for a new genre the name in its records (the first in alphabetical order if they
--     disagree), or 'genre' and the id
SELECT genre_id, COALESCE(MIN(name), CONCAT('genre ', CAST(genre_id AS VARCHAR))) AS name
FROM (
    SELECT 0 AS genre_id, 'unknown' AS name
    UNION ALL
    SELECT genre_id, name FROM genre_name
    UNION ALL
    SELECT u.genre.id, NULLIF(u.genre.name, '')
    FROM title_source AS s
    CROSS JOIN UNNEST(s.genres) AS u (genre)
    WHERE u.genre.id > 0 AND u.genre.id NOT IN (SELECT n.genre_id FROM genre_name AS n)
    UNION ALL
    SELECT l.genre_id, NULL
    FROM link_genre AS l
    WHERE l.genre_id NOT IN (SELECT n.genre_id FROM genre_name AS n)
) AS named
GROUP BY genre_id
