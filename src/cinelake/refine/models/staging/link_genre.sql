-- The genres of titles, by their numbers.
-- zone: step
-- inputs: title_source
-- keys: title_key place
SELECT title_key, genre_id, place
FROM (
    SELECT s.title_key, u.genre_id AS genre_id, u.place
    FROM title_source AS s
    CROSS JOIN UNNEST(s.genre_ids) WITH ORDINALITY AS u(genre_id, place)
) AS linked
WHERE genre_id > 0
