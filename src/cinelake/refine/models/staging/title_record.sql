-- One row per changed title, films and series alike, completed with older parts: the source of all tables of Refined. It is
--     a view, so that each table reads only its own columns of the large records.
-- inputs: title_change trusted_movies trusted_series title_part
-- keys: title_key
-- changes: title_key
-- view: yes
SELECT
    o.title_key, 'movie' AS kind, m.id_tmdb, o.origin, o.has_credits, o.cast_size, m.collected_on, m.imdb_id,
    CASE
        {{ imdb_id_loss record=m }}
    END AS imdb_id_loss,
    m.title, m.original_title, m.original_language, m.overview, m.release_date, m.status,
    CAST(NULL AS VARCHAR) AS series_type, m.runtime, CAST(NULL AS BIGINT) AS seasons, CAST(NULL AS BIGINT) AS episodes,
    m.budget, m.revenue, m.popularity, m.vote_average, m.vote_count, m.adult, m.belongs_to_collection, m.genre_ids,
    m.genres, m.production_companies, m.production_countries, m.spoken_languages,
    COALESCE(m.cast_members, c.cast_members) AS cast_members, COALESCE(m.crew_members, c.crew_members) AS crew_members,
    COALESCE(m.keywords, k.keywords) AS keywords, m.homepage, m.tagline, m.poster_path
FROM trusted_movies AS m
INNER JOIN title_change AS o ON m.id_tmdb = o.id_tmdb AND m.raw_key = o.raw_key AND o.kind = 'movie'
LEFT JOIN title_part AS c ON o.title_key = c.title_key AND c.lacks = 'credits'
LEFT JOIN title_part AS k ON o.title_key = k.title_key AND k.lacks = 'keywords'
UNION ALL
SELECT
    o.title_key, 'series' AS kind, s.id_tmdb, o.origin, o.has_credits, o.cast_size, s.collected_on,
    COALESCE(s.imdb_id, e.imdb_id) AS imdb_id,
    CASE
        WHEN e.title_key IS NOT NULL THEN e.imdb_id_loss
        WHEN s.external_ids IS NULL THEN 'not asked for'
        {{ imdb_id_loss record=s }}
    END AS imdb_id_loss,
    s.name, s.original_name, s.original_language, s.overview, s.first_air_date, s.status,
    s.type, CAST(NULL AS BIGINT), s.number_of_seasons, s.number_of_episodes,
    CAST(NULL AS BIGINT), CAST(NULL AS BIGINT), s.popularity, s.vote_average, s.vote_count, s.adult, NULL, s.genre_ids,
    s.genres, s.production_companies, s.production_countries, s.spoken_languages,
    COALESCE(s.cast_members, c.cast_members), COALESCE(s.crew_members, c.crew_members),
    COALESCE(s.keywords, k.keywords), s.homepage, s.tagline, s.poster_path
FROM trusted_series AS s
INNER JOIN title_change AS o ON s.id_tmdb = o.id_tmdb AND s.raw_key = o.raw_key AND o.kind = 'series'
LEFT JOIN title_part AS c ON o.title_key = c.title_key AND c.lacks = 'credits'
LEFT JOIN title_part AS k ON o.title_key = k.title_key AND k.lacks = 'keywords'
LEFT JOIN title_part AS e ON o.title_key = e.title_key AND e.lacks = 'external_ids'
