-- One row per keyword; 0 stands for titles of which none is known.
-- zone: refined
-- inputs: link_keyword
-- keys: keyword_id
-- column keyword_id: TMDB keywords.id; 0: unknown
-- column name: TMDB keywords.name (the first by alphabet, where records disagree); 'unnamed' where TMDB has nothing
SELECT keyword_id, COALESCE(MIN(name), 'unnamed') AS name
FROM (
    SELECT 0 AS keyword_id, 'unknown' AS name
    UNION ALL
    SELECT keyword_id, name FROM link_keyword
) AS named
GROUP BY keyword_id
