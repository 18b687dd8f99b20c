-- One row per present title whose rows the previous version does not have: it is new, or depends on other records now.
-- inputs: title_origin known_title
-- keys: title_key
SELECT o.title_key, o.kind, o.id_tmdb, o.raw_key, o.part, o.origin, o.has_credits, o.cast_size
FROM title_origin AS o
LEFT JOIN known_title AS k ON o.title_key = k.title_key AND o.origin = k.origin
WHERE k.title_key IS NULL
