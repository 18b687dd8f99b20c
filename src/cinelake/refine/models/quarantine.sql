-- Records (position 0: whole files) and lines of IMDb's files that were kept out, with the reason. They stay in Raw as they were received.
-- zone: refined
-- inputs: raw_refused imdb_refused
-- keys: raw_key position
-- column raw_key: the object in Raw
-- column kind: movie or series; of IMDb's files their kind, such as Movies or TitleBasics
-- column position: the record's place in the file, or the line's; 0: the whole file [from 1]
-- column id_tmdb: TMDB id; null: it is a line of IMDb's, it has none, or the whole file was refused
-- column imdb_id: the id that a line of IMDb's has, as it stands there; null: it is a record of TMDB's, or it has none
-- column reason: why it was refused, in words
-- column records: 1, or as many equal lines, or those of a whole file as its manifest says; 0: nobody knows how many it had
--     [records]
SELECT raw_key, kind, position, id_tmdb, CAST(NULL AS VARCHAR) AS imdb_id, reason, records
FROM raw_refused
UNION ALL
SELECT raw_key, kind, position, NULL, imdb_id, reason, records
FROM imdb_refused
