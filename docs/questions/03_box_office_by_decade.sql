-- What did films earn in each decade, in dollars of one year?
-- Note: only films with known and plausible money count, and the sum grows with their number n. real_year is the year of
-- the dollars; films from years without consumer prices are left out.
SELECT
    decade,
    COUNT(*) AS n,
    SUM(revenue_real) AS revenue_real,
    CAST(MEDIAN(revenue_real) AS BIGINT) AS median_revenue_real,
    MAX(real_year) AS real_year
FROM title
WHERE is_money_plausible AND budget >= 100000 AND revenue >= 100000 AND revenue_real IS NOT NULL
GROUP BY decade
ORDER BY decade
