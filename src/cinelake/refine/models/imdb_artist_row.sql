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
        CASE
            WHEN id LIKE 'tt%' AND TRY_CAST(SUBSTRING(id, 3) AS BIGINT) IS NOT NULL THEN NULL
            ELSE CONCAT('id is no tt and digits: "', COALESCE(SUBSTRING(id, 1, 60), ''), '"')
        END,
        CASE
            WHEN CAST(TRY_CAST(anoLancamento AS BIGINT) AS VARCHAR) = anoLancamento AND anoLancamento NOT LIKE '-%' THEN NULL
            WHEN anoLancamento IS NOT NULL THEN CONCAT('anoLancamento is no number: "', SUBSTRING(anoLancamento, 1, 60), '"')
        END,
        CASE
            WHEN CAST(TRY_CAST(anoTermino AS BIGINT) AS VARCHAR) = anoTermino AND anoTermino NOT LIKE '-%' THEN NULL
            WHEN anoTermino IS NOT NULL THEN CONCAT('anoTermino is no number: "', SUBSTRING(anoTermino, 1, 60), '"')
        END,
        CASE
            WHEN CAST(TRY_CAST(tempoMinutos AS BIGINT) AS VARCHAR) = tempoMinutos AND tempoMinutos NOT LIKE '-%' THEN NULL
            WHEN tempoMinutos IS NOT NULL THEN CONCAT('tempoMinutos is no number: "', SUBSTRING(tempoMinutos, 1, 60), '"')
        END,
        CASE
            WHEN TRY_CAST(notaMedia AS DOUBLE) BETWEEN 0 AND 10 THEN NULL
            WHEN notaMedia IS NOT NULL THEN CONCAT('notaMedia is none from 0 to 10: "', SUBSTRING(notaMedia, 1, 60), '"')
        END,
        CASE
            WHEN CAST(TRY_CAST(numeroVotos AS BIGINT) AS VARCHAR) = numeroVotos AND numeroVotos NOT LIKE '-%' THEN NULL
            WHEN numeroVotos IS NOT NULL THEN CONCAT('numeroVotos is no number: "', SUBSTRING(numeroVotos, 1, 60), '"')
        END,
        CASE
            WHEN LENGTH(personagem) >= 4 AND personagem LIKE '["%"]' THEN NULL
            WHEN personagem IS NOT NULL THEN CONCAT('personagem is no list: "', SUBSTRING(personagem, 1, 60), '"')
        END,
        CASE
            WHEN CAST(TRY_CAST(anoNascimento AS BIGINT) AS VARCHAR) = anoNascimento AND anoNascimento NOT LIKE '-%' THEN NULL
            WHEN anoNascimento IS NOT NULL THEN CONCAT('anoNascimento is no number: "', SUBSTRING(anoNascimento, 1, 60), '"')
        END,
        CASE
            WHEN CAST(TRY_CAST(anoFalecimento AS BIGINT) AS VARCHAR) = anoFalecimento AND anoFalecimento NOT LIKE '-%' THEN NULL
            WHEN anoFalecimento IS NOT NULL
                THEN CONCAT('anoFalecimento is no number: "', SUBSTRING(anoFalecimento, 1, 60), '"')
        END
    ) AS fault
FROM told
