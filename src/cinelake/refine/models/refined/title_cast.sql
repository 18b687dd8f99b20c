-- One row per title and actor, in the order of the cast. Weights add up to one per title; a title without any has the actor 'unknown'.
-- zone: refined
-- inputs: title_source link_cast
-- keys: title_key person_key
-- order: title_key position
-- bridge: yes
-- references: title_key title.title_key
-- references: person_key person.person_key
-- column title_key: the title
-- column person_key: the actor, of TMDB credits.cast, or of IMDb's credits where TMDB names none; 'unknown': neither does
-- column position: the place by TMDB credits.cast.order, or IMDb ordering [from 1]
-- column character: TMDB credits.cast.character, of the first part that somebody plays, or IMDb characters with ' / '
--     between them; null: there is none
-- column weight: what each link has of its title: 1 by the number of links, cut off after twelve digits; the first has the
--     rest [share of the title]
WITH link AS (
    SELECT title_key, person_key, "character", billing, place
    FROM link_cast
    QUALIFY ROW_NUMBER() OVER (PARTITION BY title_key, person_key ORDER BY billing NULLS LAST, place) = 1
),
member AS (
    SELECT
        s.title_key, COALESCE(l.person_key, 'unknown') AS person_key,
        l."character",
        ROW_NUMBER() OVER (PARTITION BY s.title_key ORDER BY l.billing NULLS LAST, l.place, l.person_key) AS position,
        COUNT(*) OVER (PARTITION BY s.title_key) AS members
    FROM title_source AS s
    LEFT JOIN link AS l ON s.title_key = l.title_key
)
SELECT
    title_key, person_key, position,
    CASE WHEN "character" <> '' THEN "character" END AS "character",
    {{ weight }} AS weight
FROM member
