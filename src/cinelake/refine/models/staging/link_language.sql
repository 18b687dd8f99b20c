-- One row per spoken language of a title, in the order of the record.
-- inputs: title_record
-- keys: title_key position
-- changes: title_key
SELECT
    title_key, member.iso_639_1 AS language_code, NULLIF(member.name, '') AS name,
    NULLIF(member.english_name, '') AS english_name, position
FROM (
    {{ members list=spoken_languages }}
) AS listed
WHERE member.iso_639_1 NOT IN ('', 'unknown')
