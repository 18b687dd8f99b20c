-- Records (position 0: whole files) that were kept out, with the reason. They stay in Raw as they were received.
-- zone: refined
-- inputs: raw_refused
-- keys: raw_key position
SELECT raw_key, kind, position, id_tmdb, reason, records
FROM raw_refused
