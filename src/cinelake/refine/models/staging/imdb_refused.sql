-- One row per line of an IMDb file that no table uses, with the reason: it is invalid, or another line has its id.
-- inputs: imdb_file imdb_artist_row imdb_title_row imdb_name_row imdb_credit_row
-- keys: raw_key position
WITH refused AS (
    SELECT file_kind, line, imdb_id, fault AS reason, FALSE AS is_superseded, 1 AS lines
    FROM imdb_artist_row
    WHERE fault <> ''
    UNION ALL
    SELECT file_kind, line, imdb_id, fault, FALSE, lines
    FROM imdb_title_row
    WHERE fault <> ''
    UNION ALL
    SELECT 'NameBasics', line, nconst, fault, FALSE, lines
    FROM imdb_name_row
    WHERE fault <> ''
    UNION ALL
    SELECT file_kind, line, imdb_id, fault, FALSE, 1
    FROM imdb_credit_row
    WHERE fault <> ''
    UNION ALL
    SELECT
        file_kind, line, imdb_id, 'its id has other contents in another line, which has more votes or stands first', TRUE,
        lines
    FROM imdb_title_row
    WHERE fault = '' AND id_rank > 1
    UNION ALL
    SELECT 'NameBasics', line, nconst, 'its id has other contents in a line before', TRUE, lines
    FROM imdb_name_row
    WHERE fault = '' AND id_rank > 1
    UNION ALL
    SELECT file_kind, line, imdb_id, 'its id and ordering have other contents in a line before', TRUE, 1
    FROM imdb_credit_row
    WHERE fault = '' AND NOT is_same
)

SELECT
    f.key AS raw_key, r.file_kind AS kind, r.line AS position, r.imdb_id, r.reason, r.is_superseded,
    CAST(r.lines AS BIGINT) AS records
FROM refused AS r
INNER JOIN imdb_file AS f ON r.file_kind = f.kind
