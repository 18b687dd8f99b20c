-- One row per title and language. Weights add up to one per title; a title without any has the language 'unknown'.
-- zone: refined
-- inputs: title_source link_language
-- keys: title_key language_code
-- order: title_key position
-- bridge: yes
-- references: title_key title.title_key
-- references: language_code language.language_code
-- column title_key: the title
-- column language_code: the language; 'unknown': TMDB names none
-- column position: the place among TMDB spoken_languages [from 1]
-- column weight: what each link has of its title: 1 by the number of links, cut off after twelve digits; the first has the
--     rest [share of the title]
WITH link AS (
    SELECT title_key, language_code, MIN(place) AS place
    FROM link_language
    GROUP BY title_key, language_code
),
member AS (
    SELECT
        s.title_key, COALESCE(l.language_code, 'unknown') AS language_code,
        ROW_NUMBER() OVER (PARTITION BY s.title_key ORDER BY l.place, l.language_code) AS position,
        COUNT(*) OVER (PARTITION BY s.title_key) AS members
    FROM title_source AS s
    LEFT JOIN link AS l ON s.title_key = l.title_key
)
SELECT
    title_key, language_code, position,
    CAST(
        CAST(0.000000000001 AS DECIMAL(13, 12)) * CASE
            WHEN position = 1 THEN 1000000000000 - (members - 1) * (1000000000000 // members)
            ELSE 1000000000000 // members
        END AS DECIMAL(13, 12)
    ) AS weight
FROM member
