-- One row per member of a title's cast in the order of the record; somebody with two parts has two rows. Titles without a
--     cast in TMDB have the cast of IMDb.
-- inputs: title_source imdb_link
-- keys: title_key position
WITH tmdb_cast AS (
    SELECT
        s.title_key, CONCAT('tmdb-', CAST(u.member.id AS VARCHAR)) AS person_key, NULLIF(u.member.name, '') AS name,
        u.member.gender, u.member.character, u.member."order" AS billing, u.position
    FROM title_source AS s
    CROSS JOIN UNNEST(s.cast_members) WITH ORDINALITY AS u (member, position)
    WHERE u.member.id > 0
)

SELECT title_key, person_key, name, gender, character, billing, position
FROM tmdb_cast
UNION ALL
SELECT i.title_key, i.person_key, i.name, i.gender, i.character, i.position AS billing, i.position
FROM imdb_link AS i
WHERE NOT i.is_director AND i.title_key NOT IN (SELECT t.title_key FROM tmdb_cast AS t)
