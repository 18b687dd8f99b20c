-- Which genres occur together, and what return do their titles have?
-- Note: a title with three genres counts in three pairs, so do not add up the pairs. The return is that of the n_money
-- titles with known and plausible money; it is left out below 5 titles.
WITH money AS (
    SELECT title_key, roi
    FROM title
    WHERE is_money_plausible AND budget >= 100000 AND revenue >= 100000
)

SELECT
    a.name AS genre,
    b.name AS other_genre,
    COUNT(*) AS titles,
    COUNT(m.roi) AS n_money,
    CASE WHEN COUNT(m.roi) >= 5 THEN ROUND(MEDIAN(m.roi), 2) END AS median_roi
FROM title_genre AS x
INNER JOIN title_genre AS y ON x.title_key = y.title_key AND x.genre_id < y.genre_id
INNER JOIN genre AS a ON x.genre_id = a.genre_id AND a.genre_id <> 0
INNER JOIN genre AS b ON y.genre_id = b.genre_id AND b.genre_id <> 0
LEFT JOIN money AS m ON x.title_key = m.title_key
GROUP BY a.name, b.name
ORDER BY titles DESC, genre ASC, other_genre ASC
LIMIT 20
