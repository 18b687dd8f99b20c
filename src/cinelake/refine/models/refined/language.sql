-- One row per spoken language; 'unknown' stands for titles of which none is known.
-- zone: refined
-- inputs: link_language
-- keys: language_code
-- column language_code: TMDB spoken_languages.iso_639_1 [ISO 639-1]
-- column name: TMDB spoken_languages.name (the first by alphabet, where records disagree); 'unnamed' where TMDB has nothing
-- column english_name: TMDB spoken_languages.english_name; null: TMDB has nothing or ""
SELECT language_code, COALESCE(MIN(name), 'unnamed') AS name, MIN(english_name) AS english_name
FROM (
    SELECT 'unknown' AS language_code, 'unknown' AS name, CAST(NULL AS VARCHAR) AS english_name
    UNION ALL
    SELECT language_code, name, english_name FROM link_language
) AS named
GROUP BY language_code
