-- One row per title: the central fact table. Money is in US dollars as paid, and in dollars of real_year.
-- inputs: title_source cpi trusted_imdb_titles
-- keys: title_key
-- references: collection_id collection.collection_id
-- references: release_date calendar.day
-- column title_key: the kind and TMDB's id, such as movie-550
-- column kind: movie or series
-- column id_tmdb: TMDB id; a film and a series may have the same id
-- column imdb_id: TMDB imdb_id, for series external_ids.imdb_id; null: null in Trusted
-- column title: TMDB title, for series name; null: null in Trusted
-- column original_title: TMDB original_title, for series original_name; null: null in Trusted
-- column original_language: TMDB original_language [ISO 639-1]; null: null in Trusted
-- column status: TMDB status; null: TMDB has no value
-- column series_type: TMDB type, such as Miniseries; null: a film, or TMDB has no value
-- column collected_on: the date of the newest run that fetched the title; credits, keywords and external_ids that this run
--     did not request come from the newest run that did
-- column release_date: TMDB release_date, for series first_air_date; null: null in Trusted
-- column release_year: computed from release_date [year]; null: release_date is null
-- column decade: computed from release_date [its first year]; null: release_date is null
-- column is_date_placeholder: true if release_date is 1 January, which TMDB also uses if only the year is known; null:
--     release_date is null
-- column runtime: TMDB runtime [minutes]; null: a series, or null in Trusted
-- column seasons: TMDB number_of_seasons [seasons]; null: a film, or TMDB has no value
-- column episodes: TMDB number_of_episodes [episodes]; null: a film, or TMDB has no value
-- column budget: TMDB budget, never 0 [US dollars as paid]; null: a series, or null in Trusted
-- column revenue: TMDB revenue, never 0 [US dollars as paid]; null: a series, or null in Trusted
-- column budget_real: computed from budget, release_year and consumer prices [US dollars of real_year]; null: budget or
--     real_year is null
-- column revenue_real: computed from revenue, release_year and consumer prices [US dollars of real_year]; null: revenue or
--     real_year is null
-- column real_year: the last year of the table of consumer prices [year]; null: release_year is null, or not in that table
-- column roi: computed: (revenue - budget) / budget [1: the revenue is twice the budget]; null: budget or revenue is null
-- column is_money_plausible: true if no rule of money_doubts applies; null: budget or revenue is null
-- column money_doubts: the rules that budget and revenue break, in words; null: no rule is broken, or budget or revenue is
--     null
-- column tmdb_rating: TMDB vote_average [0 to 10]; null: TMDB has no value, or no votes
-- column tmdb_votes: TMDB vote_count [votes]; null: TMDB has no value
-- column imdb_rating: IMDb averageRating or notaMedia, joined on imdb_id [0 to 10]; null: no imdb_id, the title is not in
--     the IMDb files, or null in trusted_imdb_titles
-- column imdb_votes: IMDb numVotes or numeroVotos, joined on imdb_id [votes]; null: no imdb_id, the title is not in the
--     IMDb files, or null in trusted_imdb_titles
-- column imdb_year: IMDb startYear or anoLancamento, joined on imdb_id [year]; null: no imdb_id, the title is not in the
--     IMDb files, or null in trusted_imdb_titles
-- column imdb_runtime: IMDb runtimeMinutes or tempoMinutos, joined on imdb_id [minutes]; null: no imdb_id, the title is not
--     in the IMDb files, or null in trusted_imdb_titles
-- column imdb_type: IMDb titleType, such as movie or tvSeries, joined on imdb_id; null: no imdb_id, the title is not in the
--     IMDb files, or null in trusted_imdb_titles
-- column rating_gap: computed: tmdb_rating - imdb_rating [points]; null: one of the two is null
-- column popularity: TMDB popularity [TMDB's own score, on collected_on]; null: TMDB has no value
-- column collection_id: TMDB belongs_to_collection.id; null: TMDB lists no collection
-- column is_adult: TMDB adult; null: TMDB has no value
WITH measured AS (
    SELECT
        s.*,
        YEAR(s.release_date) AS release_year,
        s.budget IS NOT NULL AND s.revenue IS NOT NULL AS has_money,
        CASE
            WHEN s.budget IS NOT NULL AND s.revenue IS NOT NULL
                THEN CONCAT_WS(
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
