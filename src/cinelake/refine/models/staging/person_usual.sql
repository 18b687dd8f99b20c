-- One row per actor or director: a name and gender under which a title credits it. Nearly all titles credit it under the
--     same ones, so that only the others need a row of their own in person_unusual.
-- inputs: title_cast title_director person_name previous_person_usual
-- keys: person_key
-- state: yes
WITH linked AS (
    SELECT person_key FROM title_cast
    UNION
    SELECT person_key FROM title_director
),

named AS (
    SELECT person_key, MIN(name) AS name
    FROM person_name
    GROUP BY person_key
),

chosen AS (
    SELECT n.person_key, n.name, MIN(p.gender) AS gender
    FROM named AS n
    INNER JOIN person_name AS p ON n.person_key = p.person_key AND n.name = p.name
    GROUP BY n.person_key, n.name
)

SELECT
    l.person_key, COALESCE(k.name, c.name) AS name, COALESCE(k.gender, c.gender) AS gender
FROM linked AS l
LEFT JOIN previous_person_usual AS k ON l.person_key = k.person_key
LEFT JOIN chosen AS c ON l.person_key = c.person_key
WHERE l.person_key <> 'unknown'
