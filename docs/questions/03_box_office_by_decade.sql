-- What did films take in each decade, in dollars of one year?
-- Read: only films whose money is known and plausible; n tells how many these are, and the sum grows with them. real_year names
-- the year of the dollars; films from before its table begins have none.
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
