-- Titles by kind, and what is known of them: the numbers of the funnel's other steps.
-- zone: step
-- inputs: title title_source trusted_imdb_titles
-- keys: kind
SELECT
    t.kind,
    COUNT(*) AS titles,
    COUNT(t.imdb_id) AS with_imdb_id,
    COUNT(CASE WHEN t.imdb_id IS NULL AND LIST_CONTAINS(s.unknown_reasons, 'imdb_id: ""') THEN 1 END) AS imdb_id_empty,
    COUNT(i.imdb_id) AS joined,
    COUNT(t.roi) AS with_money,
    COUNT(CASE WHEN t.budget IS NULL AND t.revenue IS NULL THEN 1 END) AS neither,
    COUNT(CASE WHEN t.budget IS NULL AND t.revenue IS NOT NULL THEN 1 END) AS no_budget,
    COUNT(CASE WHEN t.budget IS NOT NULL AND t.revenue IS NULL THEN 1 END) AS no_revenue,
    COUNT(CASE WHEN t.is_money_plausible THEN 1 END) AS plausible
FROM title AS t
INNER JOIN title_source AS s ON t.title_key = s.title_key
LEFT JOIN trusted_imdb_titles AS i ON t.imdb_id = i.imdb_id
GROUP BY t.kind
