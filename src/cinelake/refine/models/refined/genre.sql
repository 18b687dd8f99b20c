-- One row per genre; 0 stands for titles without a known genre.
-- inputs: named_genre genre_name link_genre
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
    SELECT g.genre_id, g.name
    FROM named_genre AS g
    WHERE g.genre_id NOT IN (SELECT n.genre_id FROM genre_name AS n)
    UNION ALL
    SELECT l.genre_id, NULL
    FROM link_genre AS l
    WHERE l.genre_id NOT IN (SELECT n.genre_id FROM genre_name AS n)
) AS named
GROUP BY genre_id
