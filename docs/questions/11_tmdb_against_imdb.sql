-- Do TMDB and IMDb agree, and do their ratings differ less for titles with many votes?
-- Note: the difference is TMDB's value minus IMDb's. A row with n = 0 has no values to compare. The number of votes is
-- the smaller one of the two sources.
WITH rated AS (
    SELECT
        kind,
        CASE
            WHEN LEAST(tmdb_votes, imdb_votes) < 100 THEN 'rating, under 100 votes'
            WHEN LEAST(tmdb_votes, imdb_votes) < 1000 THEN 'rating, 100 to 999 votes'
            ELSE 'rating, 1,000 votes or more'
        END AS measure,
        tmdb_rating,
        imdb_rating,
        rating_gap
    FROM title
    WHERE rating_gap IS NOT NULL
)

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
    measure,
    0.5 AS tolerance,
    COUNT(*) AS n,
    ROUND(100 * AVG(CASE WHEN ABS(ROUND(rating_gap, 3)) <= 0.5 THEN 1 ELSE 0 END), 1) AS percent_agree,
    ROUND(MEDIAN(rating_gap), 3) AS median_difference,
    ROUND(CORR(tmdb_rating, imdb_rating), 4) AS correlation
FROM rated
GROUP BY kind, measure
ORDER BY kind, measure
