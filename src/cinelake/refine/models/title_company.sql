-- One row per title and company. Weights add up to one per title; a title without any has the company 0.
-- zone: refined
-- inputs: title_source link_company
-- keys: title_key company_id
-- order: title_key position
-- bridge: yes
-- references: title_key title.title_key
-- references: company_id company.company_id
-- column title_key: the title
-- column company_id: the company; 0: TMDB names none
-- column position: the place among TMDB production_companies [from 1]
-- column weight: what each link has of its title: 1 by the number of links, cut off after twelve digits; the first has the
--     rest [share of the title]
WITH link AS (
    SELECT title_key, company_id, MIN(place) AS place
    FROM link_company
    GROUP BY title_key, company_id
),
member AS (
    SELECT
        s.title_key, COALESCE(l.company_id, 0) AS company_id,
        ROW_NUMBER() OVER (PARTITION BY s.title_key ORDER BY l.place, l.company_id) AS position,
        COUNT(*) OVER (PARTITION BY s.title_key) AS members
    FROM title_source AS s
    LEFT JOIN link AS l ON s.title_key = l.title_key
)
SELECT
    title_key, company_id, position,
    CAST(
        CAST(0.000000000001 AS DECIMAL(13, 12)) * CASE
            WHEN position = 1 THEN 1000000000000 - (members - 1) * (1000000000000 // members)
            ELSE 1000000000000 // members
        END AS DECIMAL(13, 12)
    ) AS weight
FROM member
