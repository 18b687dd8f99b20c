-- How many titles does the lake have by decade, and for how many is the money known?
-- Note: titles without a release date have no decade.
SELECT
    kind,
    decade,
    COUNT(*) AS titles,
    COUNT(imdb_id) AS with_imdb_id,
    SUM(CASE WHEN budget IS NOT NULL AND revenue IS NOT NULL THEN 1 ELSE 0 END) AS with_money,
    SUM(CASE WHEN is_money_plausible THEN 1 ELSE 0 END) AS with_plausible_money
FROM title
GROUP BY kind, decade
ORDER BY kind, decade
