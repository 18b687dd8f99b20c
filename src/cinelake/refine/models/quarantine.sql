-- Records (position 0: whole files) and lines of IMDb's files that were kept out, with the reason. They stay in Raw as they were received.
-- zone: refined
-- inputs: raw_refused imdb_refused
-- keys: raw_key position
SELECT raw_key, kind, position, id_tmdb, CAST(NULL AS VARCHAR) AS imdb_id, reason, records
FROM raw_refused
UNION ALL
SELECT raw_key, kind, position, NULL, imdb_id, reason, records
FROM imdb_refused
