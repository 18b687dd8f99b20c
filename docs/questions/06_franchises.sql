-- Do films of a collection have a higher return than single films?
-- Note: only films with known and plausible money from 100,000 dollars count. The answer shows a correlation and no
-- cause: a film that failed rarely gets a sequel.
SELECT
    CASE WHEN collection_id IS NULL THEN 'single film' ELSE 'in a collection' END AS film,
    COUNT(*) AS n,
    ROUND(MEDIAN(roi), 2) AS median_roi,
    ROUND(QUANTILE_CONT(roi, 0.25), 2) AS lower_quarter,
    ROUND(QUANTILE_CONT(roi, 0.75), 2) AS upper_quarter
FROM title
WHERE is_money_plausible AND budget >= 100000 AND revenue >= 100000
GROUP BY film
ORDER BY film
