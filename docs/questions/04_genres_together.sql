-- Which genres go together, and what do they return?
-- Read: a title of three genres counts in three pairs; the pairs must not be added up.
SELECT
    a.name AS genre,
    b.name AS other_genre,
    COUNT(*) AS titles,
    COUNT(t.roi) AS n_money,
    ROUND(MEDIAN(t.roi), 2) AS median_roi
FROM title_genre AS x
INNER JOIN title_genre AS y ON x.title_key = y.title_key AND x.genre_id < y.genre_id
INNER JOIN genre AS a ON x.genre_id = a.genre_id AND a.genre_id <> 0
INNER JOIN genre AS b ON y.genre_id = b.genre_id AND b.genre_id <> 0
INNER JOIN title AS t ON x.title_key = t.title_key
GROUP BY a.name, b.name
ORDER BY titles DESC, genre, other_genre
LIMIT 20
