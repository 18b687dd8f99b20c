-- How many titles have each field: of all, of a decade, of a genre. Counted once; coverage lays it out in rows.
-- zone: step
-- inputs: title_source title_genre genre trusted_imdb_titles
-- keys: kind grouping member
WITH known AS (
    SELECT
        s.title_key, s.kind,
        COALESCE(CAST(YEAR(s.release_date) - YEAR(s.release_date) % 10 AS VARCHAR), 'undated') AS decade,
        COALESCE(s.imdb_id_loss, '') <> 'not asked for' AS asked_imdb_id,
        s.keywords IS NOT NULL AS asked_keywords,
        s.cast_members IS NOT NULL OR s.crew_members IS NOT NULL AS asked_credits,
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
    {{ count field=asked_imdb_id }},
    {{ count field=asked_keywords }},
    {{ count field=asked_credits }},
    {{ count field=imdb_id }},
    {{ count field=original_title }},
    {{ count field=original_language }},
    {{ count field=release_date }},
    {{ count field=runtime }},
    {{ count field=budget }},
    {{ count field=revenue }},
    {{ count field=money }},
    {{ count field=tmdb_rating }},
    {{ count field=tmdb_votes }},
    {{ count field=imdb_rating }},
    {{ count field=imdb_votes }},
    {{ count field=imdb_year }},
    {{ count field=imdb_runtime }},
    {{ count field=popularity }},
    {{ count field=collection }},
    {{ count field=overview }},
    {{ count field=tagline }},
    {{ count field=homepage }},
    {{ count field=poster }},
    {{ count field=genres }},
    {{ count field=countries }},
    {{ count field=languages }},
    {{ count field=companies }},
    {{ count field=keywords }},
    {{ count field=cast_members }}
FROM grouped
GROUP BY kind, grouping, member
