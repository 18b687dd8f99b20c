-- What did films take in each decade, in dollars of one year?
-- Read: real_year names that year; the sum grows with how many revenues are known, which the column n tells.
SELECT
    decade,
    COUNT(*) AS n,
    SUM(revenue_real) AS revenue_real,
    CAST(MEDIAN(revenue_real) AS BIGINT) AS median_revenue_real,
    MAX(real_year) AS real_year
FROM title
WHERE revenue IS NOT NULL AND revenue_real IS NOT NULL
GROUP BY decade
ORDER BY decade
