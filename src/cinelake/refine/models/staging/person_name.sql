-- One row per changed title, actor or director of the title, and name and gender under which it is credited there. An empty
--     name and the gender 0 mean that there is none.
-- inputs: link_cast link_director
-- keys: title_key person_key name gender
-- changes: title_key alone
SELECT DISTINCT title_key, person_key, COALESCE(name, '') AS name, COALESCE(gender, 0) AS gender
FROM (
    SELECT title_key, person_key, name, gender FROM link_cast
    UNION ALL
    SELECT title_key, person_key, name, gender FROM link_director
) AS credited
