-- One row per record of Trusted that decides something today: the newest of its title, the newest with an appended part, or
--     the newest in a slice. `title_rank` is 1 for the newest record of a title. Numbers order records; the keys of Raw
--     decide between records of one run, and between those of version 1 of the lake.
-- inputs: known_record
-- keys: kind id_tmdb title_rank
SELECT
    kind, id_tmdb, number, collected_on, raw_key, part, slices, has_credits, cast_size, has_keywords, has_external_ids,
    ROW_NUMBER() OVER (PARTITION BY kind, id_tmdb ORDER BY number DESC, raw_key DESC) AS title_rank
FROM known_record
