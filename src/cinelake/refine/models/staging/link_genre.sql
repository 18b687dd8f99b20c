-- One row per genre of a title, by id.
-- inputs: title_record
-- keys: title_key position
-- changes: title_key
SELECT title_key, member AS genre_id, position
FROM (
    {{ members list=genre_ids }}
) AS listed
WHERE member > 0
