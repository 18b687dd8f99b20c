-- The directors of titles as they stand in the records; IMDb's where TMDB has none.
-- zone: step
-- inputs: title_source imdb_link
-- keys: title_key place
WITH linked AS (
    SELECT
        s.title_key, CONCAT('tmdb-', CAST(u.member.id AS VARCHAR)) AS person_key, NULLIF(u.member.name, '') AS name,
        u.member.gender, u.place
    FROM title_source AS s
    CROSS JOIN UNNEST(s.crew_members) WITH ORDINALITY AS u(member, place)
    WHERE u.member.id > 0 AND u.member.job = 'Director'
)
SELECT title_key, person_key, name, gender, place
FROM linked
UNION ALL
SELECT i.title_key, i.person_key, i.name, i.gender, i.place
FROM imdb_link AS i
WHERE i.is_director AND i.title_key NOT IN (SELECT title_key FROM linked)
