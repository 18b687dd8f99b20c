-- One row per title and country. Weights add up to one per title; a title without any has the country 'unknown'.
-- zone: refined
-- inputs: title_source link_country
-- keys: title_key country_code
-- order: title_key position
-- bridge: yes
-- references: title_key title.title_key
-- references: country_code country.country_code
-- column title_key: the title
-- column country_code: the country; 'unknown': TMDB names none
-- column position: the place among TMDB production_countries [from 1]
-- column weight: what each link has of its title: 1 by the number of links, cut off after twelve digits; the first has the
--     rest [share of the title]
WITH link AS (
    SELECT title_key, country_code, MIN(place) AS place
    FROM link_country
    GROUP BY title_key, country_code
),
member AS (
    SELECT
        s.title_key, COALESCE(l.country_code, 'unknown') AS country_code,
        ROW_NUMBER() OVER (PARTITION BY s.title_key ORDER BY l.place, l.country_code) AS position,
        COUNT(*) OVER (PARTITION BY s.title_key) AS members
    FROM title_source AS s
    LEFT JOIN link AS l ON s.title_key = l.title_key
)
SELECT
    title_key, country_code, position,
    CAST(
        CAST(0.000000000001 AS DECIMAL(13, 12)) * CASE
            WHEN position = 1 THEN 1000000000000 - (members - 1) * (1000000000000 // members)
            ELSE 1000000000000 // members
        END AS DECIMAL(13, 12)
    ) AS weight
FROM member
