-- One row per production company; 0 stands for titles of which none is known.
-- zone: refined
-- inputs: link_company
-- keys: company_id
SELECT company_id, COALESCE(MIN(name), 'unnamed') AS name, MIN(country_code) AS country_code
FROM (
    SELECT 0 AS company_id, 'unknown' AS name, CAST(NULL AS VARCHAR) AS country_code
    UNION ALL
    SELECT company_id, name, country_code FROM link_company
) AS named
GROUP BY company_id
