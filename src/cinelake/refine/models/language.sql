-- One row per spoken language; 'unknown' stands for titles of which none is known.
-- zone: refined
-- inputs: link_language
-- keys: language_code
SELECT language_code, COALESCE(MIN(name), 'unnamed') AS name, MIN(english_name) AS english_name
FROM (
    SELECT 'unknown' AS language_code, 'unknown' AS name, CAST(NULL AS VARCHAR) AS english_name
    UNION ALL
    SELECT language_code, name, english_name FROM link_language
) AS named
GROUP BY language_code
