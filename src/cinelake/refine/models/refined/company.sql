-- One row per production company; 0 stands for titles without a known company.
-- inputs: link_company
-- keys: company_id
-- column company_id: TMDB production_companies.id; 0: unknown
-- column name: TMDB production_companies.name (the first in alphabetical order if records disagree); 'unnamed' if TMDB has
--     no value
-- column country_code: TMDB production_companies.origin_country [ISO 3166-1]; null: TMDB has no value, or ""
SELECT company_id, COALESCE(MIN(name), 'unnamed') AS name, MIN(country_code) AS country_code
FROM (
    SELECT 0 AS company_id, 'unknown' AS name, CAST(NULL AS VARCHAR) AS country_code
    UNION ALL
    SELECT company_id, name, country_code FROM link_company
) AS named
GROUP BY company_id
