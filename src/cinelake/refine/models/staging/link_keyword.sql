-- One row per keyword of a title, in the order of the record.
-- inputs: title_record
-- keys: title_key position
-- changes: title_key
SELECT title_key, member.id AS keyword_id, NULLIF(member.name, '') AS name, position
FROM (
    {{ members list=keywords }}
) AS listed
WHERE member.id > 0
