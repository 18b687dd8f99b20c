-- One row per film that is present, by its newest record, typed. What is unknown is null, and what stood there instead is in unknown_reasons.
-- zone: trusted
-- inputs: raw_movies title_state
-- keys: id_tmdb
-- column id_tmdb: TMDB id
-- column collected_on: the date of the run that fetched the record, which is that of the folder in Raw
-- column title: TMDB title; null: TMDB has nothing or ""
-- column original_title: TMDB original_title; null: TMDB has nothing or ""
-- column original_language: TMDB original_language [ISO 639-1]; null: TMDB has nothing or ""
-- column overview: TMDB overview; null: TMDB has nothing or ""
-- column tagline: TMDB tagline; null: TMDB has nothing or ""
-- column homepage: TMDB homepage; null: TMDB has nothing or ""
-- column imdb_id: TMDB imdb_id; null: TMDB has nothing, "", or what is not tt and digits
-- column release_date: TMDB release_date; null: TMDB has nothing, "", no date YYYY-MM-DD, one before 1870 or more than 20
--     years after collected_on
-- column runtime: TMDB runtime [minutes]; null: TMDB has nothing, less than 1, or more than 60,000
-- column status: TMDB status; null: TMDB has nothing
-- column budget: TMDB budget [US dollars as paid]; null: TMDB has nothing, less than 1, or more than 10 billion
-- column revenue: TMDB revenue [US dollars as paid]; null: TMDB has nothing, less than 1, or more than 10 billion
-- column popularity: TMDB popularity [TMDB's own score, of that day]; null: TMDB has nothing
-- column vote_average: TMDB vote_average [0 to 10]; null: TMDB has nothing, 0, more than 10, or no votes
-- column vote_count: TMDB vote_count [votes]; null: TMDB has nothing
-- column adult: TMDB adult; null: TMDB has nothing
-- column video: TMDB video; null: TMDB has nothing
-- column softcore: TMDB softcore; null: TMDB has nothing
-- column poster_path: TMDB poster_path; null: TMDB has nothing
-- column backdrop_path: TMDB backdrop_path; null: TMDB has nothing
-- column belongs_to_collection: TMDB belongs_to_collection; null: TMDB knows of none
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
-- column keywords: TMDB keywords.keywords; null: the part keywords was not asked for
-- column release_dates: TMDB release_dates.results; null: the part release_dates was not asked for
-- column external_ids: TMDB external_ids; null: the part external_ids was not asked for
-- column unknown_reasons: what stood in Raw where a column is null because the value means or must mean unknown, such as
--     budget: 0
-- column raw_key: the object in Raw that this row was read from
-- column raw_records: records of the title in Raw on that day, of which the one committed last counts [records]
WITH {{ records table=raw_movies kind=movie }},
typed AS (
    SELECT
        *,
        {{ day text=release_date }} AS parsed_date,
        budget BETWEEN 1 AND 10000000000 AS has_budget,
        revenue BETWEEN 1 AND 10000000000 AS has_revenue,
        {{ is_runtime minutes=runtime }} AS has_runtime,
        {{ is_id text=imdb_id prefix=tt }} AS has_imdb_id,
        {{ has_rating rating=vote_average votes=vote_count }} AS has_rating
    FROM counted
),
dated AS (
    SELECT
        *,
        {{ is_plausible day=parsed_date }} AS has_date,
        CONCAT_WS(
            CHR(31),
            CASE WHEN NOT has_budget THEN CONCAT('budget: ', CAST(budget AS VARCHAR)) END,
            CASE WHEN NOT has_revenue THEN CONCAT('revenue: ', CAST(revenue AS VARCHAR)) END,
            CASE WHEN NOT has_runtime THEN CONCAT('runtime: ', CAST(runtime AS VARCHAR)) END,
            CASE WHEN NOT has_imdb_id THEN {{ reason name=imdb_id text=imdb_id }} END,
            CASE WHEN NOT has_rating THEN CONCAT('vote_average: ', {{ number real=vote_average }}) END,
            CASE
                WHEN {{ is_plausible day=parsed_date }} THEN NULL
                WHEN release_date IS NOT NULL THEN {{ reason name=release_date text=release_date }}
            END,
            {{ empty_texts title=title original=original_title }}
        ) AS reasons
    FROM typed
)
SELECT
    id_tmdb,
    collected_on,
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
    keywords.keywords AS keywords,
    release_dates.results AS release_dates,
    external_ids,
    {{ reasons }} AS unknown_reasons,
    raw_key,
    raw_records
FROM dated
