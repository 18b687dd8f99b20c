-- One row per keyword of a title, in the order of the record.
-- inputs: title_source
-- keys: title_key position
SELECT title_key, keyword_id, name, position
FROM (
    SELECT s.title_key, u.keyword.id AS keyword_id, NULLIF(u.keyword.name, '') AS name, u.position
    FROM title_source AS s
    CROSS JOIN UNNEST(s.keywords) WITH ORDINALITY AS u (keyword, position)
) AS linked
WHERE keyword_id > 0
