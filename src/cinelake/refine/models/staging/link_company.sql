-- One row per company of a title, in the order of the record.
-- inputs: title_source
-- keys: title_key position
SELECT title_key, company_id, name, country_code, position
FROM (
    SELECT
        s.title_key, u.company.id AS company_id, NULLIF(u.company.name, '') AS name,
        NULLIF(u.company.origin_country, '') AS country_code, u.position
    FROM title_source AS s
    CROSS JOIN UNNEST(s.production_companies) WITH ORDINALITY AS u (company, position)
) AS linked
WHERE company_id > 0
