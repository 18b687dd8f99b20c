-- One row per kind: the counts of step 1 of funnel, from records in Raw to distinct titles.
-- inputs: typed_chunk title_state raw_refused raw_absent
-- keys: kind
WITH kinds AS (
    SELECT 'movie' AS kind
    UNION ALL
    SELECT 'series' AS kind
),

typed AS (
    SELECT
        kind, SUM(records) AS records, SUM(same) AS same, SUM(superseded) AS superseded, SUM(trusted_rows) AS trusted_rows
    FROM typed_chunk
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

state AS (
    SELECT
        kind, COUNT(*) AS titles,
        COUNT(CASE WHEN state = 'gone' THEN 1 END) AS gone,
        COUNT(CASE WHEN state = 'merged' THEN 1 END) AS merged,
        COUNT(CASE WHEN state = 'left' THEN 1 END) AS departed,
        COUNT(CASE WHEN state = 'present' THEN 1 END) AS present
    FROM title_state
    GROUP BY kind
)

SELECT
    k.kind,
    COALESCE(n.records, 0) + COALESCE(m.records, 0) AS records,
    COALESCE(m.records, 0) AS absent,
    COALESCE(x.records, 0) AS refused,
    COALESCE(n.same, 0) AS same,
    COALESCE(n.superseded, 0) AS superseded,
    COALESCE(n.trusted_rows, 0) - COALESCE(t.titles, 0) AS earlier,
    COALESCE(t.gone, 0) AS gone,
    COALESCE(t.merged, 0) AS merged,
    COALESCE(t.departed, 0) AS departed,
    COALESCE(t.present, 0) AS titles
FROM kinds AS k
LEFT JOIN typed AS n ON k.kind = n.kind
LEFT JOIN missing AS m ON k.kind = m.kind
LEFT JOIN refused AS x ON k.kind = x.kind
LEFT JOIN state AS t ON k.kind = t.kind
