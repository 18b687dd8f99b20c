-- Which countries produce the titles? titles_shared counts each title once, divided among its countries.
SELECT c.name AS country, COUNT(*) AS titles_with_a_part, ROUND(CAST(SUM(b.weight) AS DOUBLE), 1) AS titles_shared
FROM title_country AS b
INNER JOIN country AS c ON b.country_code = c.country_code
GROUP BY c.name
ORDER BY titles_shared DESC, country ASC
LIMIT 20
