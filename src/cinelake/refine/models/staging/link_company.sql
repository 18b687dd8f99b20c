-- The companies of titles as they stand in the records.
-- zone: step
-- inputs: title_source
-- keys: title_key place
SELECT title_key, company_id, name, country_code, place
FROM (
    SELECT s.title_key, u.company.id AS company_id, NULLIF(u.company.name, '') AS name,
        NULLIF(u.company.origin_country, '') AS country_code, u.place
    FROM title_source AS s
    CROSS JOIN UNNEST(s.production_companies) WITH ORDINALITY AS u(company, place)
) AS linked
WHERE company_id > 0
