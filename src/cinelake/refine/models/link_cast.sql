-- The casts of titles as they stand in the records; somebody who plays two parts stands there twice.
-- zone: step
-- inputs: title_source
-- keys: title_key place
SELECT title_key, person_id, name, gender, "character", billing, place
FROM (
    SELECT s.title_key, u.member.id AS person_id, NULLIF(u.member.name, '') AS name, u.member.gender,
        u.member."character", u.member."order" AS billing, u.place
    FROM title_source AS s
    CROSS JOIN UNNEST(s.cast_members) WITH ORDINALITY AS u(member, place)
) AS linked
WHERE person_id IS NOT NULL
