-- One row per kind: the counts of step 1 of funnel, from records in Raw to distinct titles.
-- inputs: raw_record title_state raw_file raw_refused raw_difference raw_absent
-- keys: kind
WITH kinds AS (
    SELECT 'movie' AS kind
    UNION ALL
    SELECT 'series' AS kind
),

named AS (
    SELECT kind, SUM(records) AS records
    FROM raw_file
    GROUP BY kind
),

missing AS (
    SELECT kind, SUM(records) AS records
    FROM raw_absent
    GROUP BY kind
),

refused AS (
    SELECT kind, SUM(records) AS records
    FROM raw_refused
    GROUP BY kind
),

accepted AS (
    SELECT kind, COUNT(*) AS records, COUNT(CASE WHEN day_rank = 1 THEN 1 END) AS dated_titles
    FROM raw_record
    GROUP BY kind
),

state AS (
    SELECT
        kind, COUNT(*) AS titles,
        COUNT(CASE WHEN state = 'gone' THEN 1 END) AS gone,
        COUNT(CASE WHEN state = 'merged' THEN 1 END) AS merged,
        COUNT(CASE WHEN state = 'left' THEN 1 END) AS departed,
        COUNT(CASE WHEN state = 'present' THEN 1 END) AS present
    FROM title_state
    GROUP BY kind
),

differing AS (
    SELECT kind, SUM(records) AS records
    FROM raw_difference
    GROUP BY kind
)

SELECT
    k.kind,
    COALESCE(n.records, 0) + COALESCE(m.records, 0) AS records,
    COALESCE(m.records, 0) AS absent,
    COALESCE(x.records, 0) AS refused,
    COALESCE(a.records, 0) - COALESCE(a.dated_titles, 0) - COALESCE(d.records, 0) AS same,
    COALESCE(d.records, 0) AS superseded,
    COALESCE(a.dated_titles, 0) - COALESCE(t.titles, 0) AS earlier,
    COALESCE(t.gone, 0) AS gone,
    COALESCE(t.merged, 0) AS merged,
    COALESCE(t.departed, 0) AS departed,
    COALESCE(t.present, 0) AS titles
FROM kinds AS k
LEFT JOIN named AS n ON k.kind = n.kind
LEFT JOIN missing AS m ON k.kind = m.kind
LEFT JOIN refused AS x ON k.kind = x.kind
LEFT JOIN accepted AS a ON k.kind = a.kind
LEFT JOIN state AS t ON k.kind = t.kind
LEFT JOIN differing AS d ON k.kind = d.kind
