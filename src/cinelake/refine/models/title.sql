-- The facts: one row per title. Money in US dollars as paid, and in dollars of real_year.
-- zone: refined
-- inputs: title_source cpi trusted_imdb_titles
-- keys: title_key
-- references: collection_id collection.collection_id
-- references: release_date calendar.day
WITH measured AS (
    SELECT
        s.*,
        s.belongs_to_collection.id AS collection_id,
        YEAR(s.release_date) AS release_year,
        s.budget IS NOT NULL AND s.revenue IS NOT NULL AS has_money,
        CASE WHEN s.budget IS NOT NULL AND s.revenue IS NOT NULL THEN
            CONCAT_WS(
                '; ',
                CASE WHEN s.budget < 1000 THEN 'budget under 1,000' END,
                CASE WHEN s.revenue < 1000 THEN 'revenue under 1,000' END,
                CASE WHEN s.budget > 1000000000 THEN 'budget over 1 billion' END,
                CASE WHEN s.revenue > 5000000000 THEN 'revenue over 5 billion' END,
                CASE WHEN s.revenue / 20000 > s.budget THEN 'revenue over 20,000 times the budget' END
            )
        END AS doubts
    FROM title_source AS s
)
SELECT
    m.title_key,
    m.kind,
    m.id_tmdb,
    m.imdb_id,
    m.title,
    m.original_title,
    m.original_language,
    m.status,
    m.series_type,
    m.collected_on,
    m.release_date,
    m.release_year,
    m.release_year - m.release_year % 10 AS decade,
    MONTH(m.release_date) = 1 AND DAY(m.release_date) = 1 AS is_date_placeholder,
    m.runtime,
    m.seasons,
    m.episodes,
    m.budget,
    m.revenue,
    CAST(ROUND(CAST(m.budget AS DECIMAL(20, 0)) * c.factor, 0) AS BIGINT) AS budget_real,
    CAST(ROUND(CAST(m.revenue AS DECIMAL(20, 0)) * c.factor, 0) AS BIGINT) AS revenue_real,
    c.real_year,
    CASE WHEN m.has_money THEN CAST(m.revenue - m.budget AS DOUBLE) / m.budget END AS roi,
    CASE WHEN m.has_money THEN m.doubts = '' END AS is_money_plausible,
    CASE WHEN m.doubts <> '' THEN m.doubts END AS money_doubts,
    m.vote_average AS tmdb_rating,
    m.vote_count AS tmdb_votes,
    i.rating AS imdb_rating,
    i.votes AS imdb_votes,
    i.year AS imdb_year,
    i.runtime AS imdb_runtime,
    i.title_type AS imdb_type,
    CASE WHEN i.rating IS NOT NULL THEN m.vote_average - i.rating END AS rating_gap,
    m.popularity,
    m.collection_id,
    m.adult AS is_adult
FROM measured AS m
LEFT JOIN cpi AS c ON m.release_year = c.year
LEFT JOIN trusted_imdb_titles AS i ON m.imdb_id = i.imdb_id
