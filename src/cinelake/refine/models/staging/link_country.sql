-- The countries of titles as they stand in the records.
-- zone: step
-- inputs: title_source
-- keys: title_key place
SELECT title_key, country_code, name, place
FROM (
    SELECT s.title_key, u.country.iso_3166_1 AS country_code, NULLIF(u.country.name, '') AS name, u.place
    FROM title_source AS s
    CROSS JOIN UNNEST(s.production_countries) WITH ORDINALITY AS u(country, place)
) AS linked
WHERE country_code NOT IN ('', 'unknown')
