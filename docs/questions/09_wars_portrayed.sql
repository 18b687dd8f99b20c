-- Which wars do titles portray, and when were these titles released?
-- Note: a tag comes from keywords or from words of the overview; confidence is that of the rule.
SELECT
    h.tag,
    t.decade,
    COUNT(*) AS titles,
    ROUND(AVG(h.confidence), 2) AS mean_confidence
FROM title_theme AS h
INNER JOIN title AS t ON h.title_key = t.title_key
WHERE h.theme = 'war' AND t.decade IS NOT NULL
GROUP BY h.tag, t.decade
ORDER BY h.tag, t.decade
