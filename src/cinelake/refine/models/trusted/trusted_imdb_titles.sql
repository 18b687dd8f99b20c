-- One row per IMDb title, typed. The description comes from the newest file that has the title, the rating from the newest
--     file that rates it.
-- inputs: imdb_title_row imdb_file
-- keys: imdb_id
-- column imdb_id: IMDb tconst, or id in movies.csv and series.csv: tt and digits
-- column title_type: IMDb titleType, such as movie or tvSeries; null: the title is not in title.basics
-- column title: IMDb primaryTitle or tituloPincipal; null: only a rating is known, or IMDb has no value
-- column original_title: IMDb originalTitle or tituloOriginal; null: only a rating is known, or IMDb has no value
-- column year: IMDb startYear or anoLancamento [year]; null: only a rating is known, IMDb has no value, or a year before
--     1870 or after 2200
-- column end_year: IMDb endYear or anoTermino [year]; null: not a series, still running, or as for year
-- column runtime: IMDb runtimeMinutes or tempoMinutos [minutes]; null: only a rating is known, IMDb has no value, less than
--     1, or more than 60,000
-- column is_adult: IMDb isAdult; null: the title is not in title.basics, or IMDb has no value
-- column genres: IMDb genres or genero, in IMDb's own names; null: only a rating is known, or IMDb has no value
-- column rating: IMDb averageRating or notaMedia [0 to 10]; null: no file rates the title, the rating is 0, or it has no
--     votes
-- column votes: IMDb numVotes or numeroVotos [votes]; null: no file rates the title, or IMDb has no value
-- column title_file: the kind of file that describes the title; null: only a rating is known
-- column rating_file: the kind of file that rates the title; null: no file rates it
-- column unknown_reasons: the original value of each column that is null because its value means unknown or is implausible,
--     such as runtime: 0
WITH usable_line AS (
    SELECT r.*, f.recency
    FROM imdb_title_row AS r
    INNER JOIN imdb_file AS f ON r.file_kind = f.kind
    WHERE r.fault = '' AND r.id_rank = 1
),

described AS (
    SELECT *
    FROM usable_line
    WHERE file_kind <> 'TitleRatings'
    QUALIFY ROW_NUMBER() OVER (PARTITION BY imdb_id ORDER BY recency) = 1
),

rated AS (
    SELECT imdb_id, rating, votes, file_kind
    FROM usable_line
    WHERE rating IS NOT NULL
    QUALIFY ROW_NUMBER() OVER (PARTITION BY imdb_id ORDER BY recency) = 1
),

joined AS (
    SELECT
        COALESCE(d.imdb_id, r.imdb_id) AS imdb_id, d.title_type, d.title, d.original_title, d.year, d.end_year, d.runtime,
        d.is_adult, d.genres, r.rating, r.votes, d.file_kind AS title_file, r.file_kind AS rating_file,
        {{ is_year year=d.year }} AS has_year,
        {{ is_year year=d.end_year }} AS has_end_year,
        {{ is_runtime minutes=d.runtime }} AS has_runtime,
        {{ is_rating rating=r.rating votes=r.votes }} AS has_rating
    FROM described AS d
    FULL JOIN rated AS r ON d.imdb_id = r.imdb_id
),

validated AS (
    SELECT
        *,
        CONCAT_WS(
            CHR(31),
            CASE WHEN NOT has_year THEN CONCAT('year: ', CAST(year AS VARCHAR)) END,
            CASE WHEN NOT has_end_year THEN CONCAT('end_year: ', CAST(end_year AS VARCHAR)) END,
            CASE WHEN NOT has_runtime THEN CONCAT('runtime: ', CAST(runtime AS VARCHAR)) END,
            CASE WHEN NOT has_rating THEN CONCAT('rating: ', {{ number_text real=rating }}) END
        ) AS reasons
    FROM joined
)

SELECT
    imdb_id,
    title_type,
    title,
    original_title,
    CASE WHEN has_year THEN year END AS year,
    CASE WHEN has_end_year THEN end_year END AS end_year,
    CASE WHEN has_runtime THEN runtime END AS runtime,
    is_adult,
    STRING_SPLIT(genres, ',') AS genres,
    CASE WHEN has_rating THEN rating END AS rating,
    votes,
    title_file,
    rating_file,
    {{ reason_list }} AS unknown_reasons
FROM validated
