-- One row per kind: the counts of steps 2 to 5 of funnel.
-- inputs: title title_source trusted_imdb_titles
-- keys: kind
SELECT
    t.kind,
    COUNT(*) AS titles,
    COUNT(t.imdb_id) AS with_imdb_id,
    COUNT(CASE WHEN s.imdb_id_loss = 'not asked for' THEN 1 END) AS imdb_id_not_asked,
    COUNT(CASE WHEN s.imdb_id_loss = 'null or none' THEN 1 END) AS imdb_id_none,
    COUNT(CASE WHEN s.imdb_id_loss = 'empty' THEN 1 END) AS imdb_id_empty,
    COUNT(CASE WHEN s.imdb_id_loss = 'no tt and digits' THEN 1 END) AS imdb_id_invalid,
    COUNT(i.imdb_id) AS joined,
    COUNT(t.roi) AS with_money,
    COUNT(CASE WHEN t.kind = 'series' THEN 1 END) AS series_titles,
    COUNT(CASE WHEN t.kind = 'movie' AND t.budget IS NULL AND t.revenue IS NULL THEN 1 END) AS neither,
    COUNT(CASE WHEN t.budget IS NULL AND t.revenue IS NOT NULL THEN 1 END) AS no_budget,
    COUNT(CASE WHEN t.budget IS NOT NULL AND t.revenue IS NULL THEN 1 END) AS no_revenue,
    COUNT(CASE WHEN t.is_money_plausible THEN 1 END) AS plausible
FROM title AS t
INNER JOIN title_source AS s ON t.title_key = s.title_key
LEFT JOIN trusted_imdb_titles AS i ON t.imdb_id = i.imdb_id
GROUP BY t.kind
