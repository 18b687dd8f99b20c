-- One row per count on the way from records in Raw to titles with plausible money: what entered a step, what was lost and
--     why, and what remained. The rows of a step add up to zero.
-- inputs: funnel_raw funnel_fact title
-- keys: kind step part name
-- column kind: movie or series
-- column step: the step; 2 and 4 both start from the distinct titles [1 to 5]
-- column part: entered, lost or remaining
-- column name: what entered, why it was lost, or what remained
-- column titles: positive for what entered, negative for what was lost or remained; in step 1, what entered and was lost is
--     counted in records [titles]
WITH implausible AS (
    SELECT kind, money_doubts, COUNT(*) AS titles
    FROM title
    WHERE NOT is_money_plausible
    GROUP BY kind, money_doubts
)

SELECT kind, step, part, name, CAST(titles AS BIGINT) AS titles
FROM (
    SELECT kind, 1 AS step, 'entered' AS part, 'records in Raw' AS name, records AS titles FROM funnel_raw
    UNION ALL
    SELECT kind, 1, 'lost', 'the file is absent or damaged', -absent FROM funnel_raw
    UNION ALL
    SELECT kind, 1, 'lost', 'quarantined', -refused FROM funnel_raw
    UNION ALL
    SELECT kind, 1, 'lost', 'the same record in another file of the run', -same FROM funnel_raw
    UNION ALL
    SELECT kind, 1, 'lost', 'superseded by another record of the run', -superseded FROM funnel_raw
    UNION ALL
    SELECT kind, 1, 'lost', 'superseded by a later run', -earlier FROM funnel_raw
    UNION ALL
    SELECT kind, 1, 'lost', 'the title is gone: TMDB answers 404', -gone FROM funnel_raw
    UNION ALL
    SELECT kind, 1, 'lost', 'the title was merged into another', -merged FROM funnel_raw
    UNION ALL
    SELECT kind, 1, 'lost', 'the title left the selection: no slice holds it', -departed FROM funnel_raw
    UNION ALL
    SELECT kind, 1, 'remaining', 'distinct titles', -titles FROM funnel_raw
    UNION ALL
    SELECT kind, 2, 'entered', 'distinct titles', titles FROM funnel_fact
    UNION ALL
    SELECT kind, 2, 'lost', 'imdb_id was not asked for', -imdb_id_not_asked FROM funnel_fact
    UNION ALL
    SELECT kind, 2, 'lost', 'imdb_id is null or none', -imdb_id_none FROM funnel_fact
    UNION ALL
    SELECT kind, 2, 'lost', 'imdb_id is empty', -imdb_id_empty FROM funnel_fact
    UNION ALL
    SELECT kind, 2, 'lost', 'imdb_id is no tt and digits', -imdb_id_invalid FROM funnel_fact
    UNION ALL
    SELECT kind, 2, 'remaining', 'with imdb_id', -with_imdb_id FROM funnel_fact
    UNION ALL
    SELECT kind, 3, 'entered', 'with imdb_id', with_imdb_id FROM funnel_fact
    UNION ALL
    SELECT kind, 3, 'lost', 'not in the IMDb files', -(with_imdb_id - joined) FROM funnel_fact
    UNION ALL
    SELECT kind, 3, 'remaining', 'joined to IMDb', -joined FROM funnel_fact
    UNION ALL
    SELECT kind, 4, 'entered', 'distinct titles', titles FROM funnel_fact
    UNION ALL
    SELECT kind, 4, 'lost', 'it is a series, and TMDB has no budget or revenue of any', -series_titles FROM funnel_fact
    UNION ALL
    SELECT kind, 4, 'lost', 'neither budget nor revenue', -neither FROM funnel_fact
    UNION ALL
    SELECT kind, 4, 'lost', 'budget unknown', -no_budget FROM funnel_fact
    UNION ALL
    SELECT kind, 4, 'lost', 'revenue unknown', -no_revenue FROM funnel_fact
    UNION ALL
    SELECT kind, 4, 'remaining', 'with budget and revenue', -with_money FROM funnel_fact
    UNION ALL
    SELECT kind, 5, 'entered', 'with budget and revenue', with_money FROM funnel_fact
    UNION ALL
    SELECT kind, 5, 'lost', money_doubts, -titles FROM implausible
    UNION ALL
    SELECT kind, 5, 'remaining', 'plausible', -plausible FROM funnel_fact
) AS account
