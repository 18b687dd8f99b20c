-- One row per spoken language; 'unknown' stands for titles without a known language.
-- inputs: link_language
-- keys: language_code
-- column language_code: TMDB spoken_languages.iso_639_1 [ISO 639-1]
-- column name: TMDB spoken_languages.name (the first in alphabetical order if records disagree); 'unnamed' if TMDB has no
--     value
-- column english_name: TMDB spoken_languages.english_name; null: TMDB has no value, or ""
SELECT language_code, COALESCE(MIN(name), 'unnamed') AS name, MIN(english_name) AS english_name
FROM (
    SELECT 'unknown' AS language_code, 'unknown' AS name, CAST(NULL AS VARCHAR) AS english_name
    UNION ALL
    SELECT language_code, name, english_name FROM link_language
) AS named
GROUP BY language_code
