-- One row per committed slice and run date, by its newest manifest: what was listed, and what became of it.
-- zone: refined
-- inputs: raw_slice
-- keys: kind slice collected_on
-- column kind: movie or series
-- column slice: its name, such as genre-80-2020-2024
-- column collected_on: the date of the run
-- column genre_id: the genre that its name tells; null: it is of all genres
-- column total: as the service counted while the slice was listed [titles]
-- column listed: found by listing [titles]
-- column records: in the batches of that run [records]
-- column kept: listed, and not due: their records stand in the batches of earlier runs [titles]
-- column gone: listed, and answered with 404 [titles]
-- column quarantined: listed, and not to be had [titles]
-- column unproven: how far listed and total still disagree [titles]
-- column is_complete: whether nothing is missing that is known to exist
-- column committed_at: when the manifest was written [UTC]
SELECT
    kind, slice, collected_on, genre_id, total, listed, records, kept, gone, quarantined, unproven, is_complete, committed_at
FROM raw_slice
