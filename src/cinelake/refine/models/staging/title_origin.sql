-- One row per present title: the record of Trusted that it comes from, and in `origin` all records that its rows depend on.
-- inputs: title_state title_lack
-- keys: title_key
WITH completed AS (
    SELECT
        title_key,
        COALESCE(MAX(CASE WHEN lacks = 'credits' THEN CONCAT(part, ' ', raw_key) END), '-') AS credits,
        COALESCE(MAX(CASE WHEN lacks = 'keywords' THEN CONCAT(part, ' ', raw_key) END), '-') AS keywords,
        COALESCE(MAX(CASE WHEN lacks = 'external_ids' THEN CONCAT(part, ' ', raw_key) END), '-') AS external_ids,
        MAX(CASE WHEN lacks = 'credits' THEN cast_size END) AS cast_size
    FROM title_lack
    GROUP BY title_key
)

SELECT
    s.title_key, s.kind, s.id_tmdb, s.raw_key, s.part,
    CASE
        WHEN c.title_key IS NULL THEN CONCAT(s.part, ' ', s.raw_key)
        ELSE CONCAT(s.part, ' ', s.raw_key, ' ', c.credits, ' ', c.keywords, ' ', c.external_ids)
    END AS origin,
    s.has_credits OR COALESCE(c.credits, '-') <> '-' AS has_credits, COALESCE(s.cast_size, c.cast_size) AS cast_size
FROM title_state AS s
LEFT JOIN completed AS c ON s.title_key = c.title_key
WHERE s.state = 'present'
