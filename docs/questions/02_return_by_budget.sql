-- Does a larger budget bring a larger return? The median return by size of the budget; 1 means that the revenue is twice
-- the budget.
-- Note: only titles with known and plausible money from 100,000 dollars count; question 10 shows how few they are. A
-- band with n below 30 is not reliable.
SELECT
    CASE
        WHEN budget < 1000000 THEN '1: under 1 million'
        WHEN budget < 5000000 THEN '2: 1 to 5 million'
        WHEN budget < 20000000 THEN '3: 5 to 20 million'
        WHEN budget < 60000000 THEN '4: 20 to 60 million'
        WHEN budget < 100000000 THEN '5: 60 to 100 million'
        ELSE '6: over 100 million'
    END AS budget_band,
    COUNT(*) AS n,
    ROUND(MEDIAN(roi), 2) AS median_roi,
    ROUND(QUANTILE_CONT(roi, 0.25), 2) AS lower_quarter,
    ROUND(QUANTILE_CONT(roi, 0.75), 2) AS upper_quarter
FROM title
WHERE is_money_plausible AND budget >= 100000 AND revenue >= 100000
GROUP BY budget_band
ORDER BY budget_band
