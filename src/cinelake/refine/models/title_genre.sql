-- One row per title and genre. Weights add up to one per title; a title without any has the genre 0.
-- zone: refined
-- inputs: title_source
-- keys: title_key genre_id
-- order: title_key position
-- bridge: yes
-- references: title_key title.title_key
-- references: genre_id genre.genre_id
-- column title_key: the title
-- column genre_id: the genre; 0: TMDB names none
-- column position: the place among genre_ids [from 1]
-- column weight: what each link has of its title: 1 by the number of links, cut off after twelve digits; the first has the
--     rest [share of the title]
WITH link AS (
    SELECT s.title_key, u.genre_id AS genre_id, MIN(u.place) AS place
    FROM title_source AS s
    CROSS JOIN UNNEST(s.genre_ids) WITH ORDINALITY AS u(genre_id, place)
    WHERE u.genre_id IS NOT NULL
    GROUP BY s.title_key, u.genre_id
),
member AS (
    SELECT
        s.title_key, COALESCE(l.genre_id, 0) AS genre_id,
        ROW_NUMBER() OVER (PARTITION BY s.title_key ORDER BY l.place, l.genre_id) AS position,
        COUNT(*) OVER (PARTITION BY s.title_key) AS members
    FROM title_source AS s
    LEFT JOIN link AS l ON s.title_key = l.title_key
)
SELECT
    title_key, genre_id, position,
    CAST(
        CAST(0.000000000001 AS DECIMAL(13, 12)) * CASE
            WHEN position = 1 THEN 1000000000000 - (members - 1) * (1000000000000 // members)
            ELSE 1000000000000 // members
        END AS DECIMAL(13, 12)
    ) AS weight
FROM member
