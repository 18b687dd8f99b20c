-- One row per film and collection date, typed. What is unknown is null, and what stood there instead is in unknown_reasons.
-- zone: trusted
-- inputs: raw_movies raw_file
-- keys: id_tmdb collected_on
-- column id_tmdb: TMDB id
-- column collected_on: the date of the run, which is that of the folder in Raw
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
WITH standing AS (
    SELECT
        r.id_tmdb, f.collected_on, f.path, f.genre_id,
        ROW_NUMBER() OVER (
            PARTITION BY r.id_tmdb, f.collected_on ORDER BY f.committed_at DESC NULLS LAST, f.key DESC
        ) AS recency
    FROM raw_movies AS r
    INNER JOIN raw_file AS f ON r.raw_path = f.path
),
chosen AS (
    SELECT
        id_tmdb, collected_on, COUNT(*) AS raw_records,
        MAX(CASE WHEN recency = 1 THEN path END) AS path,
        LIST_SORT(ARRAY_AGG(DISTINCT genre_id) FILTER (WHERE genre_id IS NOT NULL)) AS file_genre_ids
    FROM standing
    GROUP BY id_tmdb, collected_on
),
named AS (
    SELECT r.id_tmdb, r.raw_path, LIST_SORT(ARRAY_AGG(DISTINCT g.genre.id)) AS genre_ids
    FROM raw_movies AS r
    CROSS JOIN UNNEST(r.genres) AS g(genre)
    WHERE g.genre.id IS NOT NULL
    GROUP BY r.id_tmdb, r.raw_path
),
typed AS (
    SELECT
        r.*, c.collected_on, c.raw_records, f.key AS raw_key,
        CASE
            WHEN r.genres IS NULL THEN COALESCE(c.file_genre_ids, CAST([] AS BIGINT[]))
            ELSE COALESCE(n.genre_ids, CAST([] AS BIGINT[]))
        END AS genre_ids,
        r.genres IS NULL AS is_genre_from_file,
        CASE
            WHEN r.release_date LIKE '____-__-__' THEN TRY_CAST(r.release_date AS DATE)
        END AS parsed_date,
        r.budget BETWEEN 1 AND 10000000000 AS has_budget,
        r.revenue BETWEEN 1 AND 10000000000 AS has_revenue,
        r.runtime BETWEEN 1 AND 60000 AS has_runtime,
        CASE
            WHEN r.imdb_id IS NOT NULL
                THEN r.imdb_id LIKE 'tt%' AND TRY_CAST(SUBSTRING(r.imdb_id, 3) AS BIGINT) IS NOT NULL
        END AS has_imdb_id,
        r.vote_average > 0 AND r.vote_average <= 10 AND (r.vote_count IS NULL OR r.vote_count > 0) AS has_rating
    FROM raw_movies AS r
    INNER JOIN chosen AS c ON r.id_tmdb = c.id_tmdb AND r.raw_path = c.path
    INNER JOIN raw_file AS f ON r.raw_path = f.path
    LEFT JOIN named AS n ON r.id_tmdb = n.id_tmdb AND r.raw_path = n.raw_path
),
dated AS (
    SELECT
        *,
        parsed_date BETWEEN DATE '1870-01-01' AND collected_on + INTERVAL '20' YEAR AS has_date,
        CONCAT_WS(
            CHR(31),
            CASE WHEN NOT has_budget THEN CONCAT('budget: ', CAST(budget AS VARCHAR)) END,
            CASE WHEN NOT has_revenue THEN CONCAT('revenue: ', CAST(revenue AS VARCHAR)) END,
            CASE WHEN NOT has_runtime THEN CONCAT('runtime: ', CAST(runtime AS VARCHAR)) END,
            CASE WHEN NOT has_imdb_id THEN CONCAT('imdb_id: "', imdb_id, '"') END,
            CASE WHEN NOT has_rating THEN CONCAT('vote_average: ', CAST(vote_average AS VARCHAR)) END,
            CASE
                WHEN parsed_date BETWEEN DATE '1870-01-01' AND collected_on + INTERVAL '20' YEAR THEN NULL
                WHEN release_date IS NOT NULL THEN CONCAT('release_date: "', release_date, '"')
            END,
            CASE WHEN overview = '' THEN 'overview: ""' END,
            CASE WHEN tagline = '' THEN 'tagline: ""' END,
            CASE WHEN homepage = '' THEN 'homepage: ""' END,
            CASE WHEN original_language = '' THEN 'original_language: ""' END,
            CASE WHEN title = '' THEN 'title: ""' END
        ) AS reasons
    FROM typed
)
SELECT
    id_tmdb,
    collected_on,
    CASE WHEN title <> '' THEN title END AS title,
    CASE WHEN original_title <> '' THEN original_title END AS original_title,
    CASE WHEN original_language <> '' THEN original_language END AS original_language,
    CASE WHEN overview <> '' THEN overview END AS overview,
    CASE WHEN tagline <> '' THEN tagline END AS tagline,
    CASE WHEN homepage <> '' THEN homepage END AS homepage,
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
    CASE WHEN reasons = '' THEN CAST([] AS VARCHAR[]) ELSE STRING_SPLIT(reasons, CHR(31)) END AS unknown_reasons,
    raw_key,
    raw_records
FROM dated
