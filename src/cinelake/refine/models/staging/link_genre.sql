-- One row per genre of a title, by id.
-- inputs: title_source
-- keys: title_key position
SELECT title_key, genre_id, position
FROM (
    SELECT s.title_key, u.genre_id, u.position
    FROM title_source AS s
    CROSS JOIN UNNEST(s.genre_ids) WITH ORDINALITY AS u (genre_id, position)
) AS linked
WHERE genre_id > 0
