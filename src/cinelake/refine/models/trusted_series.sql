-- One row per series and collection date, typed. What is unknown is null, and what stood there instead is in unknown_reasons.
-- zone: trusted
-- inputs: raw_series raw_file
-- keys: id_tmdb collected_on
-- column id_tmdb: TMDB id
-- column collected_on: the date of the run, which is that of the folder in Raw
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
WITH standing AS (
    SELECT
        r.id_tmdb, f.collected_on, f.path, f.genre_id,
        ROW_NUMBER() OVER (
            PARTITION BY r.id_tmdb, f.collected_on ORDER BY f.committed_at DESC NULLS LAST, f.key DESC
        ) AS recency
    FROM raw_series AS r
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
    FROM raw_series AS r
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
            WHEN r.first_air_date LIKE '____-__-__' THEN TRY_CAST(r.first_air_date AS DATE)
        END AS parsed_date,
        CASE
            WHEN r.external_ids.imdb_id IS NOT NULL
                THEN r.external_ids.imdb_id LIKE 'tt%' AND TRY_CAST(SUBSTRING(r.external_ids.imdb_id, 3) AS BIGINT) IS NOT NULL
        END AS has_imdb_id,
        CASE
            WHEN r.last_air_date LIKE '____-__-__' THEN TRY_CAST(r.last_air_date AS DATE)
        END AS parsed_last_date,
        r.vote_average > 0 AND r.vote_average <= 10 AND (r.vote_count IS NULL OR r.vote_count > 0) AS has_rating
    FROM raw_series AS r
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
            CASE WHEN NOT has_imdb_id THEN CONCAT('imdb_id: "', external_ids.imdb_id, '"') END,
            CASE WHEN NOT has_rating THEN CONCAT('vote_average: ', CAST(vote_average AS VARCHAR)) END,
            CASE
                WHEN parsed_date BETWEEN DATE '1870-01-01' AND collected_on + INTERVAL '20' YEAR THEN NULL
                WHEN first_air_date IS NOT NULL THEN CONCAT('first_air_date: "', first_air_date, '"')
            END,
            CASE
                WHEN parsed_last_date BETWEEN DATE '1870-01-01' AND collected_on + INTERVAL '20' YEAR THEN NULL
                WHEN last_air_date IS NOT NULL THEN CONCAT('last_air_date: "', last_air_date, '"')
            END,
            CASE WHEN overview = '' THEN 'overview: ""' END,
            CASE WHEN tagline = '' THEN 'tagline: ""' END,
            CASE WHEN homepage = '' THEN 'homepage: ""' END,
            CASE WHEN original_language = '' THEN 'original_language: ""' END,
            CASE WHEN name = '' THEN 'name: ""' END
        ) AS reasons
    FROM typed
)
SELECT
    id_tmdb,
    collected_on,
    CASE WHEN name <> '' THEN name END AS name,
    CASE WHEN original_name <> '' THEN original_name END AS original_name,
    CASE WHEN original_language <> '' THEN original_language END AS original_language,
    CASE WHEN overview <> '' THEN overview END AS overview,
    CASE WHEN tagline <> '' THEN tagline END AS tagline,
    CASE WHEN homepage <> '' THEN homepage END AS homepage,
    CASE WHEN has_imdb_id THEN external_ids.imdb_id END AS imdb_id,
    CASE WHEN has_date THEN parsed_date END AS first_air_date,
    CASE
        WHEN parsed_last_date BETWEEN DATE '1870-01-01' AND collected_on + INTERVAL '20' YEAR THEN parsed_last_date
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
    CASE WHEN reasons = '' THEN CAST([] AS VARCHAR[]) ELSE STRING_SPLIT(reasons, CHR(31)) END AS unknown_reasons,
    raw_key,
    raw_records
FROM dated
