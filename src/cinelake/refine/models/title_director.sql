-- One row per title and director. Weights add up to one per title; a title without any has the director 'unknown'.
-- zone: refined
-- inputs: title_source link_director
-- keys: title_key person_key
-- order: title_key position
-- bridge: yes
-- references: title_key title.title_key
-- references: person_key person.person_key
-- column title_key: the title
-- column person_key: the director, of TMDB credits.crew, or of IMDb's credits where TMDB names none; 'unknown': neither
--     does
-- column position: the place among the directors of that source [from 1]
-- column weight: what each link has of its title: 1 by the number of links, cut off after twelve digits; the first has the
--     rest [share of the title]
WITH link AS (
    SELECT title_key, person_key, MIN(place) AS place
    FROM link_director
    GROUP BY title_key, person_key
),
member AS (
    SELECT
        s.title_key, COALESCE(l.person_key, 'unknown') AS person_key,
        ROW_NUMBER() OVER (PARTITION BY s.title_key ORDER BY l.place, l.person_key) AS position,
        COUNT(*) OVER (PARTITION BY s.title_key) AS members
    FROM title_source AS s
    LEFT JOIN link AS l ON s.title_key = l.title_key
)
SELECT
    title_key, person_key, position,
    CAST(
        CAST(0.000000000001 AS DECIMAL(13, 12)) * CASE
            WHEN position = 1 THEN 1000000000000 - (members - 1) * (1000000000000 // members)
            ELSE 1000000000000 // members
        END AS DECIMAL(13, 12)
    ) AS weight
FROM member
