-- One row per keyword; 0 stands for titles without a known keyword.
-- inputs: link_keyword
-- keys: keyword_id
-- column keyword_id: TMDB keywords.id; 0: unknown
-- column name: TMDB keywords.name (the first in alphabetical order if records disagree); 'unnamed' if TMDB has no value
SELECT keyword_id, COALESCE(MIN(name), 'unnamed') AS name
FROM (
    SELECT 0 AS keyword_id, 'unknown' AS name
    UNION ALL
    SELECT keyword_id, name FROM link_keyword
) AS named
GROUP BY keyword_id
