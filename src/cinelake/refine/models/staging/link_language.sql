-- One row per spoken language of a title, in the order of the record.
-- inputs: title_source
-- keys: title_key position
SELECT title_key, language_code, name, english_name, position
FROM (
    SELECT
        s.title_key, u.language.iso_639_1 AS language_code, NULLIF(u.language.name, '') AS name,
        NULLIF(u.language.english_name, '') AS english_name, u.position
    FROM title_source AS s
    CROSS JOIN UNNEST(s.spoken_languages) WITH ORDINALITY AS u (language, position)
) AS linked
WHERE language_code NOT IN ('', 'unknown')
