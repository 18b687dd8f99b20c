-- One row per country of production; 'unknown' stands for titles without a known country.
-- inputs: link_country
-- keys: country_code
-- column country_code: TMDB production_countries.iso_3166_1 [ISO 3166-1]
-- column name: TMDB production_countries.name (the first in alphabetical order if records disagree); 'unnamed' if TMDB has
--     no value
SELECT country_code, COALESCE(MIN(name), 'unnamed') AS name
FROM (
    SELECT 'unknown' AS country_code, 'unknown' AS name
    UNION ALL
    SELECT country_code, name FROM link_country
) AS named
GROUP BY country_code
