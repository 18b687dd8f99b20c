-- The account of rows: what entered a stage, what was lost and why, what remained. Each step's rows add up to zero.
-- zone: refined
-- inputs: title_source title trusted_movies trusted_series raw_file raw_refused raw_difference raw_absent trusted_imdb_titles
-- keys: kind step part name
-- column kind: movie or series
-- column step: which stage of the account; 2 and 4 both begin at the distinct titles [1 to 5]
-- column part: entered, lost or remaining
-- column name: what entered, why it was lost, or what remained
-- column titles: above 0 what entered, below 0 what was lost or remained; in step 1 what entered and was lost are records
--     [titles]
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
),
counted AS (
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
),
fact AS (
    SELECT
        t.kind,
        COUNT(*) AS titles,
        COUNT(t.imdb_id) AS with_imdb_id,
        COUNT(CASE WHEN t.imdb_id IS NULL AND LIST_CONTAINS(s.unknown_reasons, 'imdb_id: ""') THEN 1 END) AS imdb_id_empty,
        COUNT(i.imdb_id) AS joined,
        COUNT(t.roi) AS with_money,
        COUNT(CASE WHEN t.budget IS NULL AND t.revenue IS NULL THEN 1 END) AS neither,
        COUNT(CASE WHEN t.budget IS NULL AND t.revenue IS NOT NULL THEN 1 END) AS no_budget,
        COUNT(CASE WHEN t.budget IS NOT NULL AND t.revenue IS NULL THEN 1 END) AS no_revenue,
        COUNT(CASE WHEN t.is_money_plausible THEN 1 END) AS plausible
    FROM title AS t
    INNER JOIN title_source AS s ON t.title_key = s.title_key
    LEFT JOIN trusted_imdb_titles AS i ON t.imdb_id = i.imdb_id
    GROUP BY t.kind
),
doubted AS (
    SELECT kind, money_doubts, COUNT(*) AS titles
    FROM title
    WHERE NOT is_money_plausible
    GROUP BY kind, money_doubts
)
SELECT kind, step, part, name, CAST(titles AS BIGINT) AS titles
FROM (
    SELECT kind, 1 AS step, 'entered' AS part, 'records in Raw' AS name, records AS titles FROM counted
    UNION ALL SELECT kind, 1, 'lost', 'the file is absent or damaged', -absent FROM counted
    UNION ALL SELECT kind, 1, 'lost', 'quarantined', -refused FROM counted
    UNION ALL SELECT kind, 1, 'lost', 'the same record in another file of the day', -same FROM counted
    UNION ALL SELECT kind, 1, 'lost', 'superseded by another record of the day', -superseded FROM counted
    UNION ALL SELECT kind, 1, 'lost', 'superseded by a later day', -former FROM counted
    UNION ALL SELECT kind, 1, 'remaining', 'distinct titles', -titles FROM counted
    UNION ALL SELECT kind, 2, 'entered', 'distinct titles', titles FROM fact
    UNION ALL SELECT kind, 2, 'lost', 'imdb_id is empty', -imdb_id_empty FROM fact
    UNION ALL SELECT kind, 2, 'lost', 'imdb_id is null or none', -(titles - with_imdb_id - imdb_id_empty) FROM fact
    UNION ALL SELECT kind, 2, 'remaining', 'with imdb_id', -with_imdb_id FROM fact
    UNION ALL SELECT kind, 3, 'entered', 'with imdb_id', with_imdb_id FROM fact
    UNION ALL SELECT kind, 3, 'lost', 'not in the IMDb files', -(with_imdb_id - joined) FROM fact
    UNION ALL SELECT kind, 3, 'remaining', 'joined to IMDb', -joined FROM fact
    UNION ALL SELECT kind, 4, 'entered', 'distinct titles', titles FROM fact
    UNION ALL SELECT kind, 4, 'lost', 'neither budget nor revenue', -neither FROM fact
    UNION ALL SELECT kind, 4, 'lost', 'budget unknown', -no_budget FROM fact
    UNION ALL SELECT kind, 4, 'lost', 'revenue unknown', -no_revenue FROM fact
    UNION ALL SELECT kind, 4, 'remaining', 'with budget and revenue', -with_money FROM fact
    UNION ALL SELECT kind, 5, 'entered', 'with budget and revenue', with_money FROM fact
    UNION ALL SELECT kind, 5, 'lost', money_doubts, -titles FROM doubted
    UNION ALL SELECT kind, 5, 'remaining', 'plausible', -plausible FROM fact
) AS account
