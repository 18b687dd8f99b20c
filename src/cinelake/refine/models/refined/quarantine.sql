-- One row per record, whole file (position 0) or line of an IMDb file that no table uses, with the reason. Raw keeps it as
--     it was received.
-- inputs: raw_refused imdb_refused
-- keys: raw_key position
-- column raw_key: the object in Raw
-- column source: where the file comes from: tmdb or imdb
-- column file_kind: the kind of file: for TMDB movie or series, for IMDb as ingest recognised it, such as Movies or
--     TitleBasics
-- column position: the number of the record in its file, or of the line; 0: the whole file [from 1]
-- column id_tmdb: TMDB id; null: a line of an IMDb file, a record without an id, or a whole file
-- column imdb_id: the id of a line of an IMDb file, as it is in the file; null: a record of TMDB, or a line without an id
-- column is_superseded: true for a valid line that another line with the same id replaces, so that nothing is missing;
--     false for what was refused
-- column reason: the reason in words
-- column records: 1, the number of equal lines, or for a whole file the number in its manifest; 0: unknown [records]
SELECT
    raw_key, 'tmdb' AS source, kind AS file_kind, position, id_tmdb, CAST(NULL AS VARCHAR) AS imdb_id,
    FALSE AS is_superseded, reason, records
FROM raw_refused
UNION ALL
SELECT raw_key, 'imdb', kind, position, NULL, imdb_id, is_superseded, reason, records
FROM imdb_refused
