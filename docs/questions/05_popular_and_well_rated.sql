-- Do popular titles have higher ratings? Ratings by tenth of popularity.
-- Note: titles with fewer than 10 votes are left out. Popularity is that of the day of collection.
SELECT
    tenth,
    COUNT(*) AS n,
    ROUND(MIN(popularity), 2) AS popularity_from,
    ROUND(MEDIAN(tmdb_rating), 2) AS median_rating,
    CAST(MEDIAN(tmdb_votes) AS BIGINT) AS median_votes
FROM (
    SELECT popularity, tmdb_rating, tmdb_votes, NTILE(10) OVER (ORDER BY popularity, title_key) AS tenth
    FROM title
    WHERE popularity IS NOT NULL AND tmdb_rating IS NOT NULL AND COALESCE(tmdb_votes >= 10, TRUE)
) AS ranked
GROUP BY tenth
ORDER BY tenth
