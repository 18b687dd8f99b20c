-- Records of Raw by kind, and where each was left: the numbers of the funnel's first step.
-- zone: step
-- inputs: trusted_movies trusted_series raw_file raw_refused raw_difference raw_absent
-- keys: kind
WITH kinds AS (
    SELECT 'movie' AS kind
    UNION ALL
    SELECT 'series' AS kind
),
dated AS (
    SELECT 'movie' AS kind, id_tmdb, collected_on, raw_records FROM trusted_movies
    UNION ALL
    SELECT 'series' AS kind, id_tmdb, collected_on, raw_records FROM trusted_series
),
named AS (
    SELECT kind, SUM(records) AS records FROM raw_file GROUP BY kind
),
missing AS (
    SELECT kind, SUM(records) AS records FROM raw_absent GROUP BY kind
),
refused AS (
    SELECT kind, SUM(records) AS records FROM raw_refused GROUP BY kind
),
repeated AS (
    SELECT
        d.kind, SUM(d.raw_records) AS records, COUNT(*) AS dated_titles, COUNT(DISTINCT d.id_tmdb) AS titles
    FROM dated AS d
    GROUP BY d.kind
),
differing AS (
    SELECT kind, SUM(records) AS records FROM raw_difference GROUP BY kind
)
SELECT
    k.kind,
    COALESCE(n.records, 0) + COALESCE(m.records, 0) AS records,
    COALESCE(m.records, 0) AS absent,
    COALESCE(x.records, 0) AS refused,
    COALESCE(r.records, 0) - COALESCE(r.dated_titles, 0) - COALESCE(d.records, 0) AS same,
    COALESCE(d.records, 0) AS superseded,
    COALESCE(r.dated_titles, 0) - COALESCE(r.titles, 0) AS former,
    COALESCE(r.titles, 0) AS titles
FROM kinds AS k
LEFT JOIN named AS n ON k.kind = n.kind
LEFT JOIN missing AS m ON k.kind = m.kind
LEFT JOIN refused AS x ON k.kind = x.kind
LEFT JOIN repeated AS r ON k.kind = r.kind
LEFT JOIN differing AS d ON k.kind = d.kind
