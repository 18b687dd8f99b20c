-- One row per genre of a title as its record names it, in the order of the record.
-- inputs: title_record
-- keys: title_key position
-- changes: title_key
SELECT title_key, member.id AS genre_id, NULLIF(member.name, '') AS name, position
FROM (
    {{ members list=genres }}
) AS listed
WHERE member.id > 0
