-- One row per record and slice that holds its title in the record's run.
-- inputs: record
-- keys: kind id_tmdb title_rank slice
SELECT kind, id_tmdb, number, collected_on, title_rank, UNNEST(slices) AS slice
FROM record
