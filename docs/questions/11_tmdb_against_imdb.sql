-- Do TMDB and IMDb agree, and where the two ratings differ, do many votes bring them together?
-- Read: the difference is TMDB's less IMDb's; a line without n says only that nothing can be said. Votes are the fewer of both.
SELECT
    kind,
    CASE WHEN measure = 'rating' THEN 'rating, all titles' ELSE measure END AS measure,
    tolerance,
    n,
    ROUND(100 * share, 1) AS percent_agree,
    median_difference,
    correlation
FROM agreement
UNION ALL
SELECT
    kind,
    CASE
        WHEN LEAST(tmdb_votes, imdb_votes) < 100 THEN 'rating, under 100 votes'
        WHEN LEAST(tmdb_votes, imdb_votes) < 1000 THEN 'rating, 100 to 999 votes'
        ELSE 'rating, 1,000 votes or more'
    END AS measure,
    0.5 AS tolerance,
    COUNT(*) AS n,
    ROUND(100 * AVG(CASE WHEN ABS(ROUND(rating_gap, 3)) <= 0.5 THEN 1 ELSE 0 END), 1) AS percent_agree,
    ROUND(MEDIAN(rating_gap), 3) AS median_difference,
    ROUND(CORR(tmdb_rating, imdb_rating), 4) AS correlation
FROM title
WHERE rating_gap IS NOT NULL
GROUP BY kind, 2
ORDER BY kind, measure
