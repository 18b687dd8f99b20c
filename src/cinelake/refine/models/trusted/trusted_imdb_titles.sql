-- One row per IMDb title, typed. What it is comes from the newest file that has it, its rating from the newest that rates it.
-- zone: trusted
-- inputs: imdb_title_row imdb_file
-- keys: imdb_id
-- column imdb_id: IMDb tconst, or id in movies.csv and series.csv: tt and digits
-- column title_type: IMDb titleType, such as movie or tvSeries; null: no title.basics has it
-- column title: IMDb primaryTitle or tituloPincipal; null: it is only rated, or has none
-- column original_title: IMDb originalTitle or tituloOriginal; null: it is only rated, or has none
-- column year: IMDb startYear or anoLancamento [year]; null: it is only rated, or has none, or one before 1870 or after 2200
-- column end_year: IMDb endYear or anoTermino [year]; null: it is no series, is still running, or as year
-- column runtime: IMDb runtimeMinutes or tempoMinutos [minutes]; null: it is only rated, or has none, less than 1, or more
--     than 60,000
-- column is_adult: IMDb isAdult; null: no title.basics has it, or it has none
-- column genres: IMDb genres or genero, in IMDb's own names; null: it is only rated, or has none
-- column rating: IMDb averageRating or notaMedia [0 to 10]; null: no file rates it, or with 0, or with no votes
-- column votes: IMDb numVotes or numeroVotos [votes]; null: no file rates it, or it has none
-- column title_file: the kind of file that says what it is; null: it is only rated
-- column rating_file: the kind of file that rates it; null: none does
-- column unknown_reasons: what stood in the file where a column is null because the value means or must mean unknown, such
--     as runtime: 0
WITH told AS (
    SELECT r.*, f.recency
    FROM imdb_title_row AS r
    INNER JOIN imdb_file AS f ON r.form = f.kind
    WHERE r.fault = '' AND r.place = 1
),
described AS (
    SELECT *
    FROM told
    WHERE form <> 'TitleRatings'
    QUALIFY ROW_NUMBER() OVER (PARTITION BY imdb_id ORDER BY recency) = 1
),
rated AS (
    SELECT imdb_id, rating, votes, form
    FROM told
    WHERE rating IS NOT NULL
    QUALIFY ROW_NUMBER() OVER (PARTITION BY imdb_id ORDER BY recency) = 1
),
joined AS (
    SELECT
        COALESCE(d.imdb_id, r.imdb_id) AS imdb_id, d.title_type, d.title, d.original_title, d.year, d.end_year, d.runtime,
        d.is_adult, d.genres, r.rating, r.votes, d.form AS title_file, r.form AS rating_file,
        {{ is_year year=d.year }} AS has_year,
        {{ is_year year=d.end_year }} AS has_end_year,
        {{ is_runtime minutes=d.runtime }} AS has_runtime,
        {{ has_rating rating=r.rating votes=r.votes }} AS has_rating
    FROM described AS d
    FULL JOIN rated AS r ON d.imdb_id = r.imdb_id
),
judged AS (
    SELECT
        *,
        CONCAT_WS(
            CHR(31),
            CASE WHEN NOT has_year THEN CONCAT('year: ', CAST(year AS VARCHAR)) END,
            CASE WHEN NOT has_end_year THEN CONCAT('end_year: ', CAST(end_year AS VARCHAR)) END,
            CASE WHEN NOT has_runtime THEN CONCAT('runtime: ', CAST(runtime AS VARCHAR)) END,
            CASE WHEN NOT has_rating THEN CONCAT('rating: ', {{ number real=rating }}) END
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
    {{ reasons }} AS unknown_reasons
FROM judged
