-- One row per committed slice and run date, from its newest manifest: what was listed, and what was fetched.
-- inputs: raw_slice
-- keys: kind slice collected_on
-- column kind: movie or series
-- column slice: the name of the slice, such as genre-80-2020-2024
-- column collected_on: the date of the run
-- column number: the number of the run that wrote the manifest; a higher number is newer. 0: a lake of format 1
-- column genre_id: the genre in the name of the slice; null: the slice covers all genres
-- column total: titles that TMDB counted while the slice was listed [titles]
-- column listed: titles found by listing [titles]
-- column records: records in the batches of the run [records]
-- column kept: listed titles that were not fetched again: batches of earlier runs hold their records [titles]
-- column gone: listed titles that TMDB answered with 404 [titles]
-- column quarantined: listed titles that could not be fetched [titles]
-- column unproven: the remaining difference between listed and total [titles]
-- column is_complete: true if nothing that is known to exist is missing
-- column committed_at: when the manifest was written [UTC]
SELECT
    kind, slice, collected_on, number, genre_id, total, listed, records, kept, gone, quarantined, unproven, is_complete,
    committed_at
FROM raw_slice
