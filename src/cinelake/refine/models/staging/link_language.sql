-- The spoken languages of titles as they stand in the records.
-- zone: step
-- inputs: title_source
-- keys: title_key place
SELECT title_key, language_code, name, english_name, place
FROM (
    SELECT s.title_key, u.language.iso_639_1 AS language_code, NULLIF(u.language.name, '') AS name,
        NULLIF(u.language.english_name, '') AS english_name, u.place
    FROM title_source AS s
    CROSS JOIN UNNEST(s.spoken_languages) WITH ORDINALITY AS u(language, place)
) AS linked
WHERE language_code NOT IN ('', 'unknown')
