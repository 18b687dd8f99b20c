-- One row per person (actors and directors); 0 stands for titles of which none is known.
-- zone: refined
-- inputs: link_cast link_director
-- keys: person_id
SELECT person_id, COALESCE(MIN(name), 'unnamed') AS name,
    CASE MAX(gender) WHEN 1 THEN 'female' WHEN 2 THEN 'male' WHEN 3 THEN 'non-binary' END AS gender
FROM (
    SELECT 0 AS person_id, 'unknown' AS name, 0 AS gender
    UNION ALL
    SELECT person_id, name, gender FROM link_cast
    UNION ALL
    SELECT person_id, name, gender FROM link_director
) AS named
GROUP BY person_id
