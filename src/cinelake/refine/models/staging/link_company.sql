-- One row per company of a title, in the order of the record.
-- inputs: title_record
-- keys: title_key position
-- changes: title_key
SELECT
    title_key, member.id AS company_id, NULLIF(member.name, '') AS name,
    NULLIF(member.origin_country, '') AS country_code, position
FROM (
    {{ members list=production_companies }}
) AS listed
WHERE member.id > 0
