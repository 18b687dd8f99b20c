-- One row per film, run and batch: its record in that run, typed. Records of all runs stay; title has the newest. Unknown
--     values are null, and unknown_reasons has the original values.
-- inputs: raw_movies raw_file
-- keys: id_tmdb raw_key
-- column id_tmdb: TMDB id
-- column collected_on: the date of the run that fetched the record, as in its folder in Raw
-- column fetched_on: TMDB's date when that run began
-- column number: the number of that run; a record with a higher number is newer. 0: version 1 of the lake
-- column slices: the slices of that run that hold the title
-- column title: TMDB title; null: TMDB has no value, or ""
-- column original_title: TMDB original_title; null: TMDB has no value, or ""
-- column original_language: TMDB original_language [ISO 639-1]; null: TMDB has no value, or ""
-- column overview: TMDB overview; null: TMDB has no value, or ""
-- column tagline: TMDB tagline; null: TMDB has no value, or ""
-- column homepage: TMDB homepage; null: TMDB has no value, or ""
-- column imdb_id: TMDB imdb_id; null: TMDB has no value, "", or a text other than tt and digits
-- column release_date: TMDB release_date; null: TMDB has no value, "", no date YYYY-MM-DD, a date before 1870 or more than
--     20 years after collected_on
-- column runtime: TMDB runtime [minutes]; null: TMDB has no value, less than 1, or more than 60,000
-- column status: TMDB status; null: TMDB has no value
-- column budget: TMDB budget [US dollars as paid]; null: TMDB has no value, less than 1, or more than 10 billion
-- column revenue: TMDB revenue [US dollars as paid]; null: TMDB has no value, less than 1, or more than 10 billion
-- column popularity: TMDB popularity [TMDB's own score, of that day]; null: TMDB has no value
-- column vote_average: TMDB vote_average [0 to 10]; null: TMDB has no value, 0, more than 10, or no votes
-- column vote_count: TMDB vote_count [votes]; null: TMDB has no value
-- column adult: TMDB adult; null: TMDB has no value
-- column video: TMDB video; null: TMDB has no value
-- column softcore: TMDB softcore; null: TMDB has no value
-- column poster_path: TMDB poster_path; null: TMDB has no value
-- column backdrop_path: TMDB backdrop_path; null: TMDB has no value
-- column belongs_to_collection: TMDB belongs_to_collection; null: TMDB has no value
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
-- column keywords: TMDB keywords.keywords; null: keywords were not requested
-- column release_dates: TMDB release_dates.results; null: release_dates were not requested
-- column external_ids: TMDB external_ids; null: external_ids were not requested
-- column unknown_reasons: the original value of each column that is null because its value means unknown or is implausible,
--     such as budget: 0
-- column raw_key: the object in Raw that the row was read from
-- column raw_records: records of the title in that run; the one whose object has the last key counts [records]
WITH {{ run_records table=raw_movies }},

typed AS (
    SELECT
        *,
        {{ parse_date text=release_date }} AS parsed_date,
        {{ is_money dollars=budget }} AS has_budget,
        {{ is_money dollars=revenue }} AS has_revenue,
        {{ is_runtime minutes=runtime }} AS has_runtime,
        {{ is_id text=imdb_id prefix=tt }} AS has_imdb_id,
        {{ is_rating rating=vote_average votes=vote_count }} AS has_rating
    FROM run_record
),

dated AS (
    SELECT
        *,
        {{ is_plausible_date date=parsed_date }} AS has_date,
        CONCAT_WS(
            CHR(31),
            CASE WHEN NOT has_budget THEN CONCAT('budget: ', CAST(budget AS VARCHAR)) END,
            CASE WHEN NOT has_revenue THEN CONCAT('revenue: ', CAST(revenue AS VARCHAR)) END,
            CASE WHEN NOT has_runtime THEN CONCAT('runtime: ', CAST(runtime AS VARCHAR)) END,
            CASE WHEN NOT has_imdb_id THEN {{ text_reason name=imdb_id text=imdb_id }} END,
            CASE WHEN NOT has_rating THEN CONCAT('vote_average: ', {{ number_text real=vote_average }}) END,
            CASE
                WHEN {{ is_plausible_date date=parsed_date }} THEN NULL
                WHEN release_date IS NOT NULL THEN {{ text_reason name=release_date text=release_date }}
            END,
            {{ empty_text_reasons title=title original=original_title }}
        ) AS reasons
    FROM typed
)

SELECT
    id_tmdb,
    collected_on,
    fetched_on,
    number,
    slices,
    {{ texts title=title original=original_title }},
    CASE WHEN has_imdb_id THEN imdb_id END AS imdb_id,
    CASE WHEN has_date THEN parsed_date END AS release_date,
    CASE WHEN has_runtime THEN runtime END AS runtime,
    status,
    CASE WHEN has_budget THEN budget END AS budget,
    CASE WHEN has_revenue THEN revenue END AS revenue,
    popularity,
    CASE WHEN has_rating THEN vote_average END AS vote_average,
    vote_count,
    adult,
    video,
    softcore,
    poster_path,
    backdrop_path,
    belongs_to_collection,
    genre_ids,
    is_genre_from_file,
    genres,
    production_companies,
    production_countries,
    origin_country,
    spoken_languages,
    credits.cast AS cast_members,
    credits.crew AS crew_members,
    keywords.keywords,
    release_dates.results AS release_dates,
    external_ids,
    {{ reason_list }} AS unknown_reasons,
    raw_key,
    raw_records
FROM dated
