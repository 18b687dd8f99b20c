-- The number of titles that have each field: of all titles, of a decade and of a genre, one column per field.
-- inputs: title_source title_genre genre trusted_imdb_titles
-- keys: kind grouping member
WITH known AS (
    SELECT
        s.title_key, s.kind,
        COALESCE(CAST(YEAR(s.release_date) - YEAR(s.release_date) % 10 AS VARCHAR), 'undated') AS decade,
        COALESCE(s.imdb_id_loss, '') <> 'not asked for' AS asked_imdb_id,
        s.keywords IS NOT NULL AS asked_keywords,
        s.has_credits AS asked_credits,
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
        s.collection_id IS NOT NULL AS collection,
        s.has_overview AS overview,
        s.has_tagline AS tagline,
        s.has_homepage AS homepage,
        s.has_poster AS poster,
        CASE WHEN s.genres > 0 THEN 1 END IS NOT NULL AS genres,
        CASE WHEN s.countries > 0 THEN 1 END IS NOT NULL AS countries,
        CASE WHEN s.languages > 0 THEN 1 END IS NOT NULL AS languages,
        CASE WHEN s.companies > 0 THEN 1 END IS NOT NULL AS companies,
        CASE WHEN s.keywords > 0 THEN 1 END IS NOT NULL AS keywords,
        CASE WHEN s.cast_members > 0 THEN 1 END IS NOT NULL AS cast_members
    FROM title_source AS s
    LEFT JOIN trusted_imdb_titles AS i ON s.imdb_id = i.imdb_id
),

genre_title AS (
    -- Two genres may have the same name, and a title counts once in it.
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
    INNER JOIN genre_title AS n ON k.title_key = n.title_key
)

SELECT
    kind, grouping, member, COUNT(*) AS titles,
    {{ count_true field=asked_imdb_id }},
    {{ count_true field=asked_keywords }},
    {{ count_true field=asked_credits }},
    {{ count_true field=imdb_id }},
    {{ count_true field=original_title }},
    {{ count_true field=original_language }},
    {{ count_true field=release_date }},
    {{ count_true field=runtime }},
    {{ count_true field=budget }},
    {{ count_true field=revenue }},
    {{ count_true field=money }},
    {{ count_true field=tmdb_rating }},
    {{ count_true field=tmdb_votes }},
    {{ count_true field=imdb_rating }},
    {{ count_true field=imdb_votes }},
    {{ count_true field=imdb_year }},
    {{ count_true field=imdb_runtime }},
    {{ count_true field=popularity }},
    {{ count_true field=collection }},
    {{ count_true field=overview }},
    {{ count_true field=tagline }},
    {{ count_true field=homepage }},
    {{ count_true field=poster }},
    {{ count_true field=genres }},
    {{ count_true field=countries }},
    {{ count_true field=languages }},
    {{ count_true field=companies }},
    {{ count_true field=keywords }},
    {{ count_true field=cast_members }}
FROM grouped
GROUP BY kind, grouping, member
