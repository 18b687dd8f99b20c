-- The directors of titles as they stand in the records.
-- zone: step
-- inputs: title_source
-- keys: title_key place
SELECT title_key, person_id, name, gender, place
FROM (
    SELECT s.title_key, u.member.id AS person_id, NULLIF(u.member.name, '') AS name, u.member.gender, u.member.job, u.place
    FROM title_source AS s
    CROSS JOIN UNNEST(s.crew_members) WITH ORDINALITY AS u(member, place)
) AS linked
WHERE person_id IS NOT NULL AND job = 'Director'
