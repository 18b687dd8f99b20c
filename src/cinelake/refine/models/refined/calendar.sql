-- One row per day on which a title was released. TMDB uses 1 January for titles of which only the year is known.
-- inputs: title_source
-- keys: day
-- column day: TMDB release_date, for series first_air_date
-- column year: computed from day [year]
-- column decade: computed from day [its first year]
-- column quarter: computed from day [1 to 4]
-- column month: computed from day [1 to 12]
-- column day_of_month: computed from day [1 to 31]
-- column is_placeholder: true for 1 January; leave these days out of questions about months
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
