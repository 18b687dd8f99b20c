-- Records (position 0: whole files) and lines of IMDb's files that were kept out, with the reason. They stay in Raw as they were received.
-- zone: refined
-- inputs: raw_refused imdb_refused
-- keys: raw_key position
-- column raw_key: the object in Raw
-- column source: whose file it is: tmdb or imdb
-- column file_kind: what that file is: of TMDB's movie or series, of IMDb's as ingest told it, such as Movies or TitleBasics
-- column position: the record's place in the file, or the line's; 0: the whole file [from 1]
-- column id_tmdb: TMDB id; null: it is a line of IMDb's, it has none, or the whole file was refused
-- column imdb_id: the id that a line of IMDb's has, as it stands there; null: it is a record of TMDB's, or it has none
-- column is_superseded: whether it could be read and another line of its id counts instead, so that nothing is missing for
--     it; otherwise it was refused
-- column reason: why it was kept out, in words
-- column records: 1, or as many equal lines, or those of a whole file as its manifest says; 0: nobody knows how many it had
--     [records]
SELECT
    raw_key, 'tmdb' AS source, kind AS file_kind, position, id_tmdb, CAST(NULL AS VARCHAR) AS imdb_id,
    FALSE AS is_superseded, reason, records
FROM raw_refused
UNION ALL
SELECT raw_key, 'imdb', kind, position, NULL, imdb_id, is_superseded, reason, records
FROM imdb_refused
