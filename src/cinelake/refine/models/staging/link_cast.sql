-- The casts of titles as they stand in the records, where somebody who plays two parts stands twice; IMDb's where TMDB has none.
-- zone: step
-- inputs: title_source imdb_link
-- keys: title_key place
WITH linked AS (
    SELECT
        s.title_key, CONCAT('tmdb-', CAST(u.member.id AS VARCHAR)) AS person_key, NULLIF(u.member.name, '') AS name,
        u.member.gender, u.member."character", u.member."order" AS billing, u.place
    FROM title_source AS s
    CROSS JOIN UNNEST(s.cast_members) WITH ORDINALITY AS u(member, place)
    WHERE u.member.id > 0
)
SELECT title_key, person_key, name, gender, "character", billing, place
FROM linked
UNION ALL
SELECT i.title_key, i.person_key, i.name, i.gender, i."character", i.place, i.place
FROM imdb_link AS i
WHERE NOT i.is_director AND i.title_key NOT IN (SELECT title_key FROM linked)
