-- One row per director of a title, in the order of the record. Titles without a director in TMDB have those of IMDb.
-- inputs: title_source imdb_link
-- keys: title_key position
WITH tmdb_director AS (
    SELECT
        s.title_key, CONCAT('tmdb-', CAST(u.member.id AS VARCHAR)) AS person_key, NULLIF(u.member.name, '') AS name,
        u.member.gender, u.position
    FROM title_source AS s
    CROSS JOIN UNNEST(s.crew_members) WITH ORDINALITY AS u (member, position)
    WHERE u.member.id > 0 AND u.member.job = 'Director'
)

SELECT title_key, person_key, name, gender, position
FROM tmdb_director
UNION ALL
SELECT i.title_key, i.person_key, i.name, i.gender, i.position
FROM imdb_link AS i
WHERE i.is_director AND i.title_key NOT IN (SELECT t.title_key FROM tmdb_director AS t)
