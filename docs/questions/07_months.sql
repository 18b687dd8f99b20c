-- In which months are titles released?
-- Read: 1 January is left out, since TMDB puts there what is known by its year only.
SELECT c.month, COUNT(*) AS titles, ROUND(MEDIAN(t.roi), 2) AS median_roi, COUNT(t.roi) AS n_money
FROM title AS t
INNER JOIN calendar AS c ON t.release_date = c.day
WHERE NOT c.is_placeholder
GROUP BY c.month
ORDER BY c.month
