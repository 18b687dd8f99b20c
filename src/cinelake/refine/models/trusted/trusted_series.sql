-- One row per series that is present, by its newest record, typed. What is unknown is null, and what stood there instead is in unknown_reasons.
-- zone: trusted
-- inputs: raw_series title_state
-- keys: id_tmdb
-- column id_tmdb: TMDB id
-- column collected_on: the date of the run that fetched the record, which is that of the folder in Raw
-- column name: TMDB name; null: TMDB has nothing or ""
-- column original_name: TMDB original_name; null: TMDB has nothing or ""
-- column original_language: TMDB original_language [ISO 639-1]; null: TMDB has nothing or ""
-- column overview: TMDB overview; null: TMDB has nothing or ""
-- column tagline: TMDB tagline; null: TMDB has nothing or ""
-- column homepage: TMDB homepage; null: TMDB has nothing or ""
-- column imdb_id: TMDB external_ids.imdb_id; null: TMDB has nothing, "", or what is not tt and digits; or external_ids was
--     not asked for
-- column first_air_date: TMDB first_air_date; null: TMDB has nothing, "", no date YYYY-MM-DD, one before 1870 or more than
--     20 years after collected_on
-- column last_air_date: TMDB last_air_date; null: as first_air_date
-- column type: TMDB type; null: TMDB has nothing
-- column in_production: TMDB in_production; null: TMDB has nothing
-- column number_of_seasons: TMDB number_of_seasons [seasons]; null: TMDB has nothing
-- column number_of_episodes: TMDB number_of_episodes [episodes]; null: TMDB has nothing
-- column episode_run_time: TMDB episode_run_time [minutes]; null: TMDB has nothing (an empty list: it knows of none)
-- column seasons: TMDB seasons, in its order; null: TMDB has nothing (an empty list: it knows of none)
-- column networks: TMDB networks, in its order; null: TMDB has nothing (an empty list: it knows of none)
-- column created_by: TMDB created_by, in its order; null: TMDB has nothing (an empty list: it knows of none)
-- column languages: TMDB languages [ISO 639-1]; null: TMDB has nothing (an empty list: it knows of none)
-- column status: TMDB status; null: TMDB has nothing
-- column popularity: TMDB popularity [TMDB's own score, of that day]; null: TMDB has nothing
-- column vote_average: TMDB vote_average [0 to 10]; null: TMDB has nothing, 0, more than 10, or no votes
-- column vote_count: TMDB vote_count [votes]; null: TMDB has nothing
-- column adult: TMDB adult; null: TMDB has nothing
-- column softcore: TMDB softcore; null: TMDB has nothing
-- column poster_path: TMDB poster_path; null: TMDB has nothing
-- column backdrop_path: TMDB backdrop_path; null: TMDB has nothing
-- column genre_ids: ids of TMDB genres, sorted; where the record has none, those that the names of its files in Raw tell
-- column is_genre_from_file: whether the record has no genres, so that genre_ids are the file names'
-- column genres: TMDB genres, in its order; null: TMDB has nothing, as in lakes of the first version (an empty list: it
--     knows of none)
-- column production_companies: TMDB production_companies, in its order; null: TMDB has nothing (an empty list: it knows of
--     none)
-- column production_countries: TMDB production_countries, in its order; null: TMDB has nothing (an empty list: it knows of
--     none)
-- column origin_country: TMDB origin_country [ISO 3166-1]; null: TMDB has nothing (an empty list: it knows of none)
-- column spoken_languages: TMDB spoken_languages, in its order; null: TMDB has nothing (an empty list: it knows of none)
-- column cast_members: TMDB credits.cast; null: the part credits was not asked for
-- column crew_members: TMDB credits.crew; null: the part credits was not asked for
-- column keywords: TMDB keywords.results; null: the part keywords was not asked for
-- column content_ratings: TMDB content_ratings.results; null: the part content_ratings was not asked for
-- column external_ids: TMDB external_ids; null: the part external_ids was not asked for
-- column unknown_reasons: what stood in Raw where a column is null because the value means or must mean unknown, such as
--     budget: 0
-- column raw_key: the object in Raw that this row was read from
-- column raw_records: records of the title in Raw on that day, of which the one committed last counts [records]
WITH {{ records table=raw_series kind=series }},
typed AS (
    SELECT
        *,
        {{ day text=first_air_date }} AS parsed_date,
        {{ day text=last_air_date }} AS parsed_last_date,
        {{ is_id text=external_ids.imdb_id prefix=tt }} AS has_imdb_id,
        {{ has_rating rating=vote_average votes=vote_count }} AS has_rating
    FROM counted
),
dated AS (
    SELECT
        *,
        {{ is_plausible day=parsed_date }} AS has_date,
        CONCAT_WS(
            CHR(31),
            CASE WHEN NOT has_imdb_id THEN {{ reason name=imdb_id text=external_ids.imdb_id }} END,
            CASE WHEN NOT has_rating THEN CONCAT('vote_average: ', {{ number real=vote_average }}) END,
            CASE
                WHEN {{ is_plausible day=parsed_date }} THEN NULL
                WHEN first_air_date IS NOT NULL THEN {{ reason name=first_air_date text=first_air_date }}
            END,
            CASE
                WHEN {{ is_plausible day=parsed_last_date }} THEN NULL
                WHEN last_air_date IS NOT NULL THEN {{ reason name=last_air_date text=last_air_date }}
            END,
            {{ empty_texts title=name original=original_name }}
        ) AS reasons
    FROM typed
)
SELECT
    id_tmdb,
    collected_on,
    {{ texts title=name original=original_name }},
    CASE WHEN has_imdb_id THEN external_ids.imdb_id END AS imdb_id,
    CASE WHEN has_date THEN parsed_date END AS first_air_date,
    CASE
        WHEN {{ is_plausible day=parsed_last_date }} THEN parsed_last_date
    END AS last_air_date,
    type,
    in_production,
    number_of_seasons,
    number_of_episodes,
    episode_run_time,
    seasons,
    networks,
    created_by,
    languages,
    status,
    popularity,
    CASE WHEN has_rating THEN vote_average END AS vote_average,
    vote_count,
    adult,
    softcore,
    poster_path,
    backdrop_path,
    genre_ids,
    is_genre_from_file,
    genres,
    production_companies,
    production_countries,
    origin_country,
    spoken_languages,
    credits.cast AS cast_members,
    credits.crew AS crew_members,
    keywords.results AS keywords,
    content_ratings.results AS content_ratings,
    external_ids,
    {{ reasons }} AS unknown_reasons,
    raw_key,
    raw_records
FROM dated
