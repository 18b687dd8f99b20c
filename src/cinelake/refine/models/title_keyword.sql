-- One row per title and keyword. Weights add up to one per title; a title without any has the keyword 0.
-- zone: refined
-- inputs: title_source link_keyword
-- keys: title_key keyword_id
-- order: title_key position
-- bridge: yes
-- references: title_key title.title_key
-- references: keyword_id keyword.keyword_id
-- column title_key: the title
-- column keyword_id: the keyword; 0: TMDB names none, or the part was not asked for
-- column position: the place among TMDB keywords [from 1]
-- column weight: what each link has of its title: 1 by the number of links, cut off after twelve digits; the first has the
--     rest [share of the title]
WITH link AS (
    SELECT title_key, keyword_id, MIN(place) AS place
    FROM link_keyword
    GROUP BY title_key, keyword_id
),
member AS (
    SELECT
        s.title_key, COALESCE(l.keyword_id, 0) AS keyword_id,
        ROW_NUMBER() OVER (PARTITION BY s.title_key ORDER BY l.place, l.keyword_id) AS position,
        COUNT(*) OVER (PARTITION BY s.title_key) AS members
    FROM title_source AS s
    LEFT JOIN link AS l ON s.title_key = l.title_key
)
SELECT
    title_key, keyword_id, position,
    CAST(
        CAST(0.000000000001 AS DECIMAL(13, 12)) * CASE
            WHEN position = 1 THEN 1000000000000 - (members - 1) * (1000000000000 // members)
            ELSE 1000000000000 // members
        END AS DECIMAL(13, 12)
    ) AS weight
FROM member
