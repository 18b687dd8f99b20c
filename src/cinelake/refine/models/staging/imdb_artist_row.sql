-- One row per line of the users' movies.csv and series.csv, typed: a title and one of its artists. `fault` is empty, or the
--     reason why the line is invalid.
-- inputs: raw_imdb_movies raw_imdb_series
-- keys: file_kind line
WITH artist AS (
    SELECT
        'Movies' AS file_kind, line, id, tituloPincipal, tituloOriginal, anoLancamento, CAST(NULL AS VARCHAR) AS anoTermino,
        tempoMinutos, genero, notaMedia, numeroVotos, generoArtista, personagem, nomeArtista, anoNascimento, anoFalecimento,
        profissao, titulosMaisConhecidos
    FROM raw_imdb_movies
    UNION ALL
    SELECT
        'Series' AS file_kind, line, id, tituloPincipal, tituloOriginal, anoLancamento, anoTermino,
        tempoMinutos, genero, notaMedia, numeroVotos, generoArtista, personagem, nomeArtista, anoNascimento, anoFalecimento,
        profissao, titulosMaisConhecidos
    FROM raw_imdb_series
)

SELECT
    file_kind,
    line,
    id AS imdb_id,
    tituloPincipal AS title,
    tituloOriginal AS original_title,
    TRY_CAST(anoLancamento AS BIGINT) AS year,
    TRY_CAST(anoTermino AS BIGINT) AS end_year,
    TRY_CAST(tempoMinutos AS BIGINT) AS runtime,
    genero AS genres,
    TRY_CAST(notaMedia AS DOUBLE) AS rating,
    TRY_CAST(numeroVotos AS BIGINT) AS votes,
    generoArtista AS category,
    personagem AS characters,
    nomeArtista AS name,
    TRY_CAST(anoNascimento AS BIGINT) AS birth_year,
    TRY_CAST(anoFalecimento AS BIGINT) AS death_year,
    profissao AS professions,
    titulosMaisConhecidos AS known_titles,
    CASE
        WHEN nomeArtista IS NOT NULL
            THEN CONCAT('imdb-name-', COALESCE(anoNascimento, 'unknown'), '-', nomeArtista)
    END AS person_key,
    CONCAT_WS(
        '; ',
        {{ id_fault text=id prefix=tt }},
        {{ number_fault text=anoLancamento }},
        {{ number_fault text=anoTermino }},
        {{ number_fault text=tempoMinutos }},
        {{ rating_fault text=notaMedia }},
        {{ number_fault text=numeroVotos }},
        {{ list_fault text=personagem }},
        {{ number_fault text=anoNascimento }},
        {{ number_fault text=anoFalecimento }}
    ) AS fault
FROM artist
