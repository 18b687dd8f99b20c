-- One row per title, actor or director, name and gender, wherever a title credits somebody under other names or genders
--     than the usual ones, or under several.
-- inputs: person_name person_usual previous_person_unusual title_same
-- keys: title_key person_key name gender
-- state: yes
WITH differing AS (
    SELECT DISTINCT n.title_key, n.person_key
    FROM person_name AS n
    INNER JOIN person_usual AS u ON n.person_key = u.person_key
    WHERE n.name <> u.name OR n.gender <> u.gender
)

SELECT n.title_key, n.person_key, n.name, n.gender
FROM person_name AS n
INNER JOIN differing AS d ON n.title_key = d.title_key AND n.person_key = d.person_key
UNION ALL
SELECT p.title_key, p.person_key, p.name, p.gender
FROM previous_person_unusual AS p
INNER JOIN title_same AS s ON p.title_key = s.title_key
