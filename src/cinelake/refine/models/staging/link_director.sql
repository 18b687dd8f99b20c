-- One row per director of a title, in the order of the record. Titles without a director in TMDB have those of IMDb.
-- inputs: title_record imdb_link
-- keys: title_key position
-- changes: title_key
WITH tmdb_director AS (
    SELECT
        title_key, CONCAT('tmdb-', CAST(member.id AS VARCHAR)) AS person_key, NULLIF(member.name, '') AS name,
        member.gender, position
    FROM (
        {{ members list=crew_members }}
    ) AS listed
    WHERE member.id > 0 AND member.job = 'Director'
)

SELECT title_key, person_key, name, gender, position
FROM tmdb_director
UNION ALL
SELECT i.title_key, i.person_key, i.name, i.gender, i.position
FROM imdb_link AS i
WHERE i.is_director AND i.title_key NOT IN (SELECT t.title_key FROM tmdb_director AS t)
