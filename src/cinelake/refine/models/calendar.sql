-- One row per day on which a title was released. On 1 January TMDB also puts what is known by its year only.
-- zone: refined
-- inputs: title_source
-- keys: day
SELECT DISTINCT
    release_date AS day,
    YEAR(release_date) AS year,
    YEAR(release_date) - YEAR(release_date) % 10 AS decade,
    QUARTER(release_date) AS quarter,
    MONTH(release_date) AS month,
    DAY(release_date) AS day_of_month,
    MONTH(release_date) = 1 AND DAY(release_date) = 1 AS is_placeholder
FROM title_source
WHERE release_date IS NOT NULL
