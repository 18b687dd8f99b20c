-- One row per country of a title, in the order of the record.
-- inputs: title_source
-- keys: title_key position
SELECT title_key, country_code, name, position
FROM (
    SELECT s.title_key, u.country.iso_3166_1 AS country_code, NULLIF(u.country.name, '') AS name, u.position
    FROM title_source AS s
    CROSS JOIN UNNEST(s.production_countries) WITH ORDINALITY AS u (country, position)
) AS linked
WHERE country_code NOT IN ('', 'unknown')
