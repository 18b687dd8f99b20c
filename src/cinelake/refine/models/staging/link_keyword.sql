-- The keywords of titles as they stand in the records.
-- zone: step
-- inputs: title_source
-- keys: title_key place
SELECT title_key, keyword_id, name, place
FROM (
    SELECT s.title_key, u.keyword.id AS keyword_id, NULLIF(u.keyword.name, '') AS name, u.place
    FROM title_source AS s
    CROSS JOIN UNNEST(s.keywords) WITH ORDINALITY AS u(keyword, place)
) AS linked
WHERE keyword_id > 0
