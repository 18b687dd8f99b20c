-- One row per member of a title's cast in the order of the record; somebody with two parts has two rows. Titles without a
--     cast in TMDB have the cast of IMDb.
-- inputs: title_record imdb_link
-- keys: title_key position
-- changes: title_key
WITH tmdb_cast AS (
    SELECT
        title_key, CONCAT('tmdb-', CAST(member.id AS VARCHAR)) AS person_key, NULLIF(member.name, '') AS name,
        member.gender, member.character, member."order" AS billing, position
    FROM (
        {{ members list=cast_members }}
    ) AS listed
    WHERE member.id > 0
)

SELECT title_key, person_key, name, gender, character, billing, position
FROM tmdb_cast
UNION ALL
SELECT i.title_key, i.person_key, i.name, i.gender, i.character, i.position AS billing, i.position
FROM imdb_link AS i
WHERE NOT i.is_director AND i.title_key NOT IN (SELECT t.title_key FROM tmdb_cast AS t)
