-- One row per actor or director that IMDb credits for a changed title. The numbers of `gender` are those of TMDB.
-- inputs: title_source trusted_imdb_credits trusted_imdb_people
-- keys: title_key position
-- changes: title_key
SELECT
    s.title_key,
    c.person_key,
    p.name,
    CASE
        WHEN c.category = 'actress' THEN 1
        WHEN c.category = 'actor' THEN 2
        WHEN LIST_CONTAINS(p.professions, 'actress') AND NOT LIST_CONTAINS(p.professions, 'actor') THEN 1
        WHEN LIST_CONTAINS(p.professions, 'actor') AND NOT LIST_CONTAINS(p.professions, 'actress') THEN 2
    END AS gender,
    ARRAY_TO_STRING(c.characters, ' / ') AS character,
    c.category = 'director' AS is_director,
    c.ordering AS position
FROM title_source AS s
INNER JOIN trusted_imdb_credits AS c ON s.imdb_id = c.imdb_id
INNER JOIN trusted_imdb_people AS p ON c.person_key = p.person_key
WHERE c.category IN ('actor', 'actress', 'self', 'director')
