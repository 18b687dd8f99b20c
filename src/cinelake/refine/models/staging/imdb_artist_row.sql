-- The lines of the users' movies.csv and series.csv, typed: a title and one of its artists. `fault` says why a line cannot be read.
-- zone: step
-- inputs: raw_imdb_movies raw_imdb_series
-- keys: form line
WITH told AS (
    SELECT
        'Movies' AS form, line, id, tituloPincipal, tituloOriginal, anoLancamento, CAST(NULL AS VARCHAR) AS anoTermino,
        tempoMinutos, genero, notaMedia, numeroVotos, generoArtista, personagem, nomeArtista, anoNascimento, anoFalecimento,
        profissao, titulosMaisConhecidos
    FROM raw_imdb_movies
    UNION ALL
    SELECT
        'Series' AS form, line, id, tituloPincipal, tituloOriginal, anoLancamento, anoTermino,
        tempoMinutos, genero, notaMedia, numeroVotos, generoArtista, personagem, nomeArtista, anoNascimento, anoFalecimento,
        profissao, titulosMaisConhecidos
    FROM raw_imdb_series
)
SELECT
    form,
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
        {{ if_no_id text=id prefix=tt }},
        {{ if_no_number text=anoLancamento }},
        {{ if_no_number text=anoTermino }},
        {{ if_no_number text=tempoMinutos }},
        {{ if_no_rating text=notaMedia }},
        {{ if_no_number text=numeroVotos }},
        {{ if_no_list text=personagem }},
        {{ if_no_number text=anoNascimento }},
        {{ if_no_number text=anoFalecimento }}
    ) AS fault
FROM told
