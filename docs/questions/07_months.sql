-- In which months are titles released, and what do they return?
-- Read: 1 January is left out, since TMDB puts there what is known by its year only. The return is of the n_money titles whose
-- money is known and plausible, and left out where these are fewer than 5.
SELECT
    c.month,
    COUNT(*) AS titles,
    COUNT(m.roi) AS n_money,
    CASE WHEN COUNT(m.roi) >= 5 THEN ROUND(MEDIAN(m.roi), 2) END AS median_roi
FROM title AS t
INNER JOIN calendar AS c ON t.release_date = c.day
LEFT JOIN (
    SELECT title_key, roi
    FROM title
    WHERE is_money_plausible AND budget >= 100000 AND revenue >= 100000
) AS m ON t.title_key = m.title_key
WHERE NOT c.is_placeholder
GROUP BY c.month
ORDER BY c.month
