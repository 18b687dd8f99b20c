-- Do films of a collection return more than single films?
-- Read: only films whose money is known and plausible, from 100,000 dollars up. It tells what goes together, not why: a film that
-- failed is seldom followed by another.
SELECT
    CASE WHEN collection_id IS NULL THEN 'single film' ELSE 'of a collection' END AS which,
    COUNT(*) AS n,
    ROUND(MEDIAN(roi), 2) AS median_roi,
    ROUND(QUANTILE_CONT(roi, 0.25), 2) AS lower_quarter,
    ROUND(QUANTILE_CONT(roi, 0.75), 2) AS upper_quarter
FROM title
WHERE is_money_plausible AND budget >= 100000 AND revenue >= 100000
GROUP BY which
ORDER BY which
