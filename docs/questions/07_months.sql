-- In which months are titles released, and what return do they have?
-- Note: 1 January is left out, because TMDB uses it for titles of which only the year is known. The return is that of
-- the n_money titles with known and plausible money; it is left out below 5 titles.
WITH money AS (
    SELECT title_key, roi
    FROM title
    WHERE is_money_plausible AND budget >= 100000 AND revenue >= 100000
)

SELECT
    c.month,
    COUNT(*) AS titles,
    COUNT(m.roi) AS n_money,
    CASE WHEN COUNT(m.roi) >= 5 THEN ROUND(MEDIAN(m.roi), 2) END AS median_roi
FROM title AS t
INNER JOIN calendar AS c ON t.release_date = c.day
LEFT JOIN money AS m ON t.title_key = m.title_key
WHERE NOT c.is_placeholder
GROUP BY c.month
ORDER BY c.month
