-- One row per series, run and batch: its record in that run, typed. Records of all runs stay; title has the newest. Unknown
--     values are null, and unknown_reasons has the original values.
-- inputs: raw_series raw_file
-- keys: id_tmdb raw_key
-- column id_tmdb: TMDB id
-- column collected_on: the date of the run that fetched the record, as in its folder in Raw
-- column fetched_on: TMDB's date when that run began
-- column number: the number of that run; a record with a higher number is newer. 0: version 1 of the lake
-- column slices: the slices of that run that hold the title
-- column name: TMDB name; null: TMDB has no value, or ""
-- column original_name: TMDB original_name; null: TMDB has no value, or ""
-- column original_language: TMDB original_language [ISO 639-1]; null: TMDB has no value, or ""
-- column overview: TMDB overview; null: TMDB has no value, or ""
-- column tagline: TMDB tagline; null: TMDB has no value, or ""
-- column homepage: TMDB homepage; null: TMDB has no value, or ""
-- column imdb_id: TMDB external_ids.imdb_id; null: TMDB has no value, "", or a text other than tt and digits; or
--     external_ids were not requested
-- column first_air_date: TMDB first_air_date; null: TMDB has no value, "", no date YYYY-MM-DD, a date before 1870 or more
--     than 20 years after collected_on
-- column last_air_date: TMDB last_air_date; null: as for first_air_date
-- column type: TMDB type; null: TMDB has no value
-- column in_production: TMDB in_production; null: TMDB has no value
-- column number_of_seasons: TMDB number_of_seasons [seasons]; null: TMDB has no value
-- column number_of_episodes: TMDB number_of_episodes [episodes]; null: TMDB has no value
-- column episode_run_time: TMDB episode_run_time [minutes]; null: TMDB has no value (an empty list: TMDB lists none)
-- column seasons: TMDB seasons, in TMDB's order; null: TMDB has no value (an empty list: TMDB lists none)
-- column networks: TMDB networks, in TMDB's order; null: TMDB has no value (an empty list: TMDB lists none)
-- column created_by: TMDB created_by, in TMDB's order; null: TMDB has no value (an empty list: TMDB lists none)
-- column languages: TMDB languages [ISO 639-1]; null: TMDB has no value (an empty list: TMDB lists none)
-- column status: TMDB status; null: TMDB has no value
-- column popularity: TMDB popularity [TMDB's own score, of that day]; null: TMDB has no value
-- column vote_average: TMDB vote_average [0 to 10]; null: TMDB has no value, 0, more than 10, or no votes
-- column vote_count: TMDB vote_count [votes]; null: TMDB has no value
-- column adult: TMDB adult; null: TMDB has no value
-- column softcore: TMDB softcore; null: TMDB has no value
-- column poster_path: TMDB poster_path; null: TMDB has no value
-- column backdrop_path: TMDB backdrop_path; null: TMDB has no value
-- column genre_ids: ids of TMDB genres, sorted; if the record has no genres, those in the names of its files in Raw
-- column is_genre_from_file: true if the record has no genres, so that genre_ids come from file names
-- column genres: TMDB genres, in TMDB's order; null: TMDB has no value, as in version 1 of the lake (an empty list: TMDB
--     lists none)
-- column production_companies: TMDB production_companies, in TMDB's order; null: TMDB has no value (an empty list: TMDB
--     lists none)
-- column production_countries: TMDB production_countries, in TMDB's order; null: TMDB has no value (an empty list: TMDB
--     lists none)
-- column origin_country: TMDB origin_country [ISO 3166-1]; null: TMDB has no value (an empty list: TMDB lists none)
-- column spoken_languages: TMDB spoken_languages, in TMDB's order; null: TMDB has no value (an empty list: TMDB lists none)
-- column cast_members: TMDB credits.cast; null: credits were not requested
-- column crew_members: TMDB credits.crew; null: credits were not requested
-- column keywords: TMDB keywords.results; null: keywords were not requested
-- column content_ratings: TMDB content_ratings.results; null: content_ratings were not requested
-- column external_ids: TMDB external_ids; null: external_ids were not requested
-- column unknown_reasons: the original value of each column that is null because its value means unknown or is implausible,
--     such as budget: 0
-- column raw_key: the object in Raw that the row was read from
-- column raw_records: records of the title in that run; the one whose object has the last key counts [records]
WITH {{ run_records table=raw_series }},

typed AS (
    SELECT
        *,
        {{ parse_date text=first_air_date }} AS parsed_date,
        {{ parse_date text=last_air_date }} AS parsed_last_date,
        {{ is_id text=external_ids.imdb_id prefix=tt }} AS has_imdb_id,
        {{ is_rating rating=vote_average votes=vote_count }} AS has_rating
    FROM run_record
),

dated AS (
    SELECT
        *,
        {{ is_plausible_date date=parsed_date }} AS has_date,
        CONCAT_WS(
            CHR(31),
            CASE WHEN NOT has_imdb_id THEN {{ text_reason name=imdb_id text=external_ids.imdb_id }} END,
            CASE WHEN NOT has_rating THEN CONCAT('vote_average: ', {{ number_text real=vote_average }}) END,
            CASE
                WHEN {{ is_plausible_date date=parsed_date }} THEN NULL
                WHEN first_air_date IS NOT NULL THEN {{ text_reason name=first_air_date text=first_air_date }}
            END,
            CASE
                WHEN {{ is_plausible_date date=parsed_last_date }} THEN NULL
                WHEN last_air_date IS NOT NULL THEN {{ text_reason name=last_air_date text=last_air_date }}
            END,
            {{ empty_text_reasons title=name original=original_name }}
        ) AS reasons
    FROM typed
)

SELECT
    id_tmdb,
    collected_on,
    fetched_on,
    number,
    slices,
    {{ texts title=name original=original_name }},
    CASE WHEN has_imdb_id THEN external_ids.imdb_id END AS imdb_id,
    CASE WHEN has_date THEN parsed_date END AS first_air_date,
    CASE
        WHEN {{ is_plausible_date date=parsed_last_date }} THEN parsed_last_date
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
    {{ reason_list }} AS unknown_reasons,
    raw_key,
    raw_records
FROM dated
