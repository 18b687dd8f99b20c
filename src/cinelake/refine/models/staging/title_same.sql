-- One row per present title whose rows the previous version has.
-- inputs: title_origin known_title
-- keys: title_key
SELECT o.title_key
FROM title_origin AS o
INNER JOIN known_title AS k ON o.title_key = k.title_key AND o.origin = k.origin
