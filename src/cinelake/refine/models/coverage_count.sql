-- How many titles have each field: of all, of a decade, of a genre. Counted once; coverage lays it out in rows.
-- zone: step
-- inputs: title_source title_genre genre trusted_imdb_titles
-- keys: kind grouping member
WITH known AS (
    SELECT
        s.title_key, s.kind,
        COALESCE(CAST(YEAR(s.release_date) - YEAR(s.release_date) % 10 AS VARCHAR), 'undated') AS decade,
        s.imdb_id IS NOT NULL AS imdb_id,
        s.original_title IS NOT NULL AS original_title,
        s.original_language IS NOT NULL AS original_language,
        s.release_date IS NOT NULL AS release_date,
        s.runtime IS NOT NULL AS runtime,
        s.budget IS NOT NULL AS budget,
        s.revenue IS NOT NULL AS revenue,
        CASE WHEN s.budget IS NOT NULL AND s.revenue IS NOT NULL THEN 1 END IS NOT NULL AS money,
        s.vote_average IS NOT NULL AS tmdb_rating,
        s.vote_count IS NOT NULL AS tmdb_votes,
        i.rating IS NOT NULL AS imdb_rating,
        i.votes IS NOT NULL AS imdb_votes,
        i.year IS NOT NULL AS imdb_year,
        i.runtime IS NOT NULL AS imdb_runtime,
        s.popularity IS NOT NULL AS popularity,
        s.belongs_to_collection.id IS NOT NULL AS collection,
        s.overview IS NOT NULL AS overview,
        s.tagline IS NOT NULL AS tagline,
        s.homepage IS NOT NULL AS homepage,
        s.poster_path IS NOT NULL AS poster,
        CASE WHEN ARRAY_LENGTH(s.genre_ids) > 0 THEN 1 END IS NOT NULL AS genres,
        CASE WHEN ARRAY_LENGTH(s.production_countries) > 0 THEN 1 END IS NOT NULL AS countries,
        CASE WHEN ARRAY_LENGTH(s.spoken_languages) > 0 THEN 1 END IS NOT NULL AS languages,
        CASE WHEN ARRAY_LENGTH(s.production_companies) > 0 THEN 1 END IS NOT NULL AS companies,
        CASE WHEN ARRAY_LENGTH(s.keywords) > 0 THEN 1 END IS NOT NULL AS keywords,
        CASE WHEN ARRAY_LENGTH(s.cast_members) > 0 THEN 1 END IS NOT NULL AS cast_members
    FROM title_source AS s
    LEFT JOIN trusted_imdb_titles AS i ON s.imdb_id = i.imdb_id
),
named AS (
    -- Two genres may have one name.
    SELECT DISTINCT t.title_key, g.name
    FROM title_genre AS t
    INNER JOIN genre AS g ON t.genre_id = g.genre_id
),
grouped AS (
    SELECT 'all' AS grouping, 'all' AS member, k.* FROM known AS k
    UNION ALL
    SELECT 'decade', k.decade, k.* FROM known AS k
    UNION ALL
    SELECT 'genre', n.name, k.*
    FROM known AS k
    INNER JOIN named AS n ON k.title_key = n.title_key
)
SELECT
    kind, grouping, member, COUNT(*) AS titles,
    SUM(CASE WHEN imdb_id THEN 1 ELSE 0 END) AS imdb_id,
    SUM(CASE WHEN original_title THEN 1 ELSE 0 END) AS original_title,
    SUM(CASE WHEN original_language THEN 1 ELSE 0 END) AS original_language,
    SUM(CASE WHEN release_date THEN 1 ELSE 0 END) AS release_date,
    SUM(CASE WHEN runtime THEN 1 ELSE 0 END) AS runtime,
    SUM(CASE WHEN budget THEN 1 ELSE 0 END) AS budget,
    SUM(CASE WHEN revenue THEN 1 ELSE 0 END) AS revenue,
    SUM(CASE WHEN money THEN 1 ELSE 0 END) AS money,
    SUM(CASE WHEN tmdb_rating THEN 1 ELSE 0 END) AS tmdb_rating,
    SUM(CASE WHEN tmdb_votes THEN 1 ELSE 0 END) AS tmdb_votes,
    SUM(CASE WHEN imdb_rating THEN 1 ELSE 0 END) AS imdb_rating,
    SUM(CASE WHEN imdb_votes THEN 1 ELSE 0 END) AS imdb_votes,
    SUM(CASE WHEN imdb_year THEN 1 ELSE 0 END) AS imdb_year,
    SUM(CASE WHEN imdb_runtime THEN 1 ELSE 0 END) AS imdb_runtime,
    SUM(CASE WHEN popularity THEN 1 ELSE 0 END) AS popularity,
    SUM(CASE WHEN collection THEN 1 ELSE 0 END) AS collection,
    SUM(CASE WHEN overview THEN 1 ELSE 0 END) AS overview,
    SUM(CASE WHEN tagline THEN 1 ELSE 0 END) AS tagline,
    SUM(CASE WHEN homepage THEN 1 ELSE 0 END) AS homepage,
    SUM(CASE WHEN poster THEN 1 ELSE 0 END) AS poster,
    SUM(CASE WHEN genres THEN 1 ELSE 0 END) AS genres,
    SUM(CASE WHEN countries THEN 1 ELSE 0 END) AS countries,
    SUM(CASE WHEN languages THEN 1 ELSE 0 END) AS languages,
    SUM(CASE WHEN companies THEN 1 ELSE 0 END) AS companies,
    SUM(CASE WHEN keywords THEN 1 ELSE 0 END) AS keywords,
    SUM(CASE WHEN cast_members THEN 1 ELSE 0 END) AS cast_members
FROM grouped
GROUP BY kind, grouping, member
