-- One row per present title, films and series alike: its single values, and the lengths of its lists.
-- inputs: title_record
-- keys: title_key
-- changes: title_key
SELECT
    title_key, kind, id_tmdb, origin, collected_on, imdb_id, imdb_id_loss, title, original_title, original_language,
    release_date, status, series_type, runtime, seasons, episodes, budget, revenue, popularity, vote_average, vote_count,
    adult, belongs_to_collection.id AS collection_id, belongs_to_collection.name AS collection_name,
    overview IS NOT NULL AS has_overview, tagline IS NOT NULL AS has_tagline, homepage IS NOT NULL AS has_homepage,
    poster_path IS NOT NULL AS has_poster, ARRAY_LENGTH(genre_ids) AS genres,
    ARRAY_LENGTH(production_countries) AS countries, ARRAY_LENGTH(spoken_languages) AS languages,
    ARRAY_LENGTH(production_companies) AS companies, ARRAY_LENGTH(keywords) AS keywords,
    has_credits, cast_size AS cast_members
FROM title_record
