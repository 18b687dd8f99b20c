-- One row per title and actor, in the order of the cast. The weights of a title add up to one; a title without a cast has
--     the actor 'unknown'.
-- inputs: title_source link_cast
-- keys: title_key person_key
-- order: title_key position
-- changes: title_key
-- bridge: yes
-- references: title_key title.title_key
-- references: person_key person.person_key
-- column title_key: the title
-- column person_key: the actor, from TMDB credits.cast, or from the credits of IMDb if TMDB names none; 'unknown': neither
--     names one
-- column position: the rank by TMDB credits.cast.order, or by IMDb ordering [from 1]
-- column character: TMDB credits.cast.character of the actor's first part, or IMDb characters separated by ' / '; null:
--     there is none
-- column weight: the link's share of its title: 1 divided by the number of links, truncated to twelve digits; the first
--     link gets the remainder [share of the title]
WITH link AS (
    SELECT title_key, person_key, character, billing, position
    FROM link_cast
    QUALIFY ROW_NUMBER() OVER (PARTITION BY title_key, person_key ORDER BY billing NULLS LAST, position) = 1
),

member AS (
    SELECT
        s.title_key, COALESCE(l.person_key, 'unknown') AS person_key,
        l.character,
        ROW_NUMBER() OVER (PARTITION BY s.title_key ORDER BY l.billing NULLS LAST, l.position, l.person_key) AS position,
        COUNT(*) OVER (PARTITION BY s.title_key) AS members
    FROM title_source AS s
    LEFT JOIN link AS l ON s.title_key = l.title_key
)

SELECT
    title_key, person_key, position,
    CASE WHEN character <> '' THEN character END AS character,
    {{ weight }} AS weight
FROM member
