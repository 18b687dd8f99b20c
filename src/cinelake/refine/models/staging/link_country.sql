-- One row per country of a title, in the order of the record.
-- inputs: title_record
-- keys: title_key position
-- changes: title_key
SELECT title_key, member.iso_3166_1 AS country_code, NULLIF(member.name, '') AS name, position
FROM (
    {{ members list=production_countries }}
) AS listed
WHERE member.iso_3166_1 NOT IN ('', 'unknown')
