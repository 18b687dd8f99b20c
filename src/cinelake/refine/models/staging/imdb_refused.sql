-- Lines of IMDb's files that do not count, and why: unreadable ones, and such as another one of the same id stands above.
-- zone: step
-- inputs: imdb_file imdb_artist_row imdb_title_row imdb_name_row imdb_credit_row
-- keys: raw_key position
WITH refused AS (
    SELECT form, line, imdb_id, fault AS reason, FALSE AS is_superseded, 1 AS lines
    FROM imdb_artist_row
    WHERE fault <> ''
    UNION ALL
    SELECT form, line, imdb_id, fault, FALSE, lines
    FROM imdb_title_row
    WHERE fault <> ''
    UNION ALL
    SELECT 'NameBasics', line, nconst, fault, FALSE, lines
    FROM imdb_name_row
    WHERE fault <> ''
    UNION ALL
    SELECT form, line, imdb_id, fault, FALSE, 1
    FROM imdb_credit_row
    WHERE fault <> ''
    UNION ALL
    SELECT form, line, imdb_id, 'its id has other contents in another line, which has more votes or stands first', TRUE, lines
    FROM imdb_title_row
    WHERE fault = '' AND place > 1
    UNION ALL
    SELECT 'NameBasics', line, nconst, 'its id has other contents in a line before', TRUE, lines
    FROM imdb_name_row
    WHERE fault = '' AND place > 1
    UNION ALL
    SELECT form, line, imdb_id, 'its id and ordering have other contents in a line before', TRUE, 1
    FROM imdb_credit_row
    WHERE fault = '' AND NOT is_same
)
SELECT
    f.key AS raw_key, r.form AS kind, r.line AS position, r.imdb_id, r.reason, r.is_superseded, CAST(r.lines AS BIGINT) AS records
FROM refused AS r
INNER JOIN imdb_file AS f ON r.form = f.kind
