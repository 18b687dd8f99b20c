-- One row per kind and measure: how far TMDB and IMDb agree, over the titles for which both have a value.
-- inputs: title
-- keys: kind measure
-- column kind: movie or series
-- column measure: rating, year or runtime
-- column tolerance: the largest difference that counts as agreement [points, years or minutes]
-- column n: titles for which both TMDB and IMDb have a value [titles]
-- column agree: those of them whose values differ by tolerance at most [titles]
-- column share: computed: agree / n [0 to 1]; null: n is 0
-- column median_difference: the median of TMDB's value minus IMDb's [points, years or minutes]; null: n is 0
-- column correlation: Pearson's correlation, rounded to four digits [-1 to 1]; null: n is below 3, or one source has a
--     single value
WITH kinds AS (
    SELECT 'movie' AS kind
    UNION ALL
    SELECT 'series' AS kind
),

measures AS (
    SELECT 'rating' AS measure, 500 AS tolerance
    UNION ALL
    SELECT 'year' AS measure, 1000 AS tolerance
    UNION ALL
    SELECT 'runtime' AS measure, 5000 AS tolerance
),

pair AS (
    -- Thousandths as whole numbers: the order in which engines add them does not change the sums.
    SELECT
        kind, 'rating' AS measure, CAST(ROUND(tmdb_rating * 1000, 0) AS BIGINT) AS tmdb,
        CAST(ROUND(imdb_rating * 1000, 0) AS BIGINT) AS imdb
    FROM title
    UNION ALL
    SELECT kind, 'year' AS measure, release_year * 1000 AS tmdb, imdb_year * 1000 AS imdb
    FROM title
    UNION ALL
    SELECT kind, 'runtime' AS measure, runtime * 1000 AS tmdb, imdb_runtime * 1000 AS imdb
    FROM title
),

summed AS (
    SELECT
        k.kind, m.measure, m.tolerance,
        COUNT(p.tmdb) AS n,
        COUNT(CASE WHEN ABS(p.tmdb - p.imdb) <= m.tolerance THEN 1 END) AS agree,
        MEDIAN(p.tmdb - p.imdb) AS median_difference,
        CAST(COUNT(p.tmdb) AS DOUBLE) AS count_,
        CAST(SUM(CAST(p.tmdb AS DECIMAL(38, 0))) AS DOUBLE) AS x,
        CAST(SUM(CAST(p.imdb AS DECIMAL(38, 0))) AS DOUBLE) AS y,
        CAST(SUM(CAST(p.tmdb * p.imdb AS DECIMAL(38, 0))) AS DOUBLE) AS xy,
        CAST(SUM(CAST(p.tmdb * p.tmdb AS DECIMAL(38, 0))) AS DOUBLE) AS xx,
        CAST(SUM(CAST(p.imdb * p.imdb AS DECIMAL(38, 0))) AS DOUBLE) AS yy
    FROM kinds AS k
    CROSS JOIN measures AS m
    LEFT JOIN pair AS p
        ON k.kind = p.kind AND m.measure = p.measure AND p.tmdb IS NOT NULL AND p.imdb IS NOT NULL
    GROUP BY k.kind, m.measure, m.tolerance
),

spread AS (
    SELECT *, count_ * xy - x * y AS together, (count_ * xx - x * x) * (count_ * yy - y * y) AS apart
    FROM summed
)

SELECT
    kind,
    measure,
    CAST(tolerance AS DOUBLE) / 1000 AS tolerance,
    n,
    agree,
    CASE WHEN n > 0 THEN CAST(agree AS DOUBLE) / n END AS share,
    CASE WHEN n > 0 THEN CAST(median_difference AS DOUBLE) / 1000 END AS median_difference,
    CASE WHEN n > 2 AND apart > 0 THEN ROUND(together / SQRT(apart), 4) END AS correlation
FROM spread
