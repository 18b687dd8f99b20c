-- The newest Trusted row of each title, films and series alike: what all tables of Refined are made from.
-- zone: step
-- inputs: trusted_movies trusted_series
-- keys: title_key
WITH newest_movie AS (
    SELECT id_tmdb, MAX(collected_on) AS collected_on, SUM(raw_records) AS raw_records FROM trusted_movies GROUP BY id_tmdb
),
newest_series AS (
    SELECT id_tmdb, MAX(collected_on) AS collected_on, SUM(raw_records) AS raw_records FROM trusted_series GROUP BY id_tmdb
)
SELECT
    CONCAT('movie-', CAST(m.id_tmdb AS VARCHAR)) AS title_key, 'movie' AS kind, m.id_tmdb, m.collected_on, m.imdb_id,
    m.title, m.original_title, m.original_language, m.overview, m.release_date, m.status,
    CAST(NULL AS VARCHAR) AS series_type, m.runtime, CAST(NULL AS BIGINT) AS seasons, CAST(NULL AS BIGINT) AS episodes,
    m.budget, m.revenue, m.popularity, m.vote_average, m.vote_count, m.adult, m.belongs_to_collection, m.genre_ids,
    m.genres, m.production_companies, m.production_countries, m.spoken_languages, m.cast_members, m.crew_members,
    m.keywords, m.homepage, m.tagline, m.poster_path, m.unknown_reasons
FROM trusted_movies AS m
INNER JOIN newest_movie AS n ON m.id_tmdb = n.id_tmdb AND m.collected_on = n.collected_on
UNION ALL
SELECT
    CONCAT('series-', CAST(s.id_tmdb AS VARCHAR)) AS title_key, 'series' AS kind, s.id_tmdb, s.collected_on, s.imdb_id,
    s.name, s.original_name, s.original_language, s.overview, s.first_air_date, s.status,
    s.type, CAST(NULL AS BIGINT), s.number_of_seasons, s.number_of_episodes,
    CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), s.popularity, s.vote_average, s.vote_count, s.adult, NULL, s.genre_ids,
    s.genres, s.production_companies, s.production_countries, s.spoken_languages, s.cast_members, s.crew_members,
    s.keywords, s.homepage, s.tagline, s.poster_path, s.unknown_reasons
FROM trusted_series AS s
INNER JOIN newest_series AS n ON s.id_tmdb = n.id_tmdb AND s.collected_on = n.collected_on
