-- Rules that several models share; `{{ name }}` in a model stands for one, `{{ name word=value }}` for one with a word filled in.

-- fragment bridge: the statement of a bridge: each `key` of a title in the order of `link`, or `unknown` where there is none.
WITH link AS (
    SELECT title_key, {{ key }}, MIN(place) AS place
    FROM {{ link }}
    GROUP BY title_key, {{ key }}
),
member AS (
    SELECT
        s.title_key, COALESCE(l.{{ key }}, {{ unknown }}) AS {{ key }},
        ROW_NUMBER() OVER (PARTITION BY s.title_key ORDER BY l.place, l.{{ key }}) AS position,
        COUNT(*) OVER (PARTITION BY s.title_key) AS members
    FROM title_source AS s
    LEFT JOIN link AS l ON s.title_key = l.title_key
)
SELECT title_key, {{ key }}, position, {{ weight }} AS weight
FROM member

-- fragment weight: a share of one among `members`, cut off after twelve digits; the first one gets the rest.
CAST(
    CAST(0.000000000001 AS DECIMAL(13, 12)) * CASE
        WHEN position = 1 THEN 1000000000000 - (members - 1) * (1000000000000 // members)
        ELSE 1000000000000 // members
    END AS DECIMAL(13, 12)
)

-- fragment records: of each title that is present its newest record, and the genres that the record or its files name.
chosen AS (
    SELECT id_tmdb, raw_path, raw_key, collected_on, raw_records, file_genre_ids
    FROM title_state
    WHERE kind = '{{ kind }}' AND state = 'present'
),
named AS (
    SELECT r.id_tmdb, LIST_SORT(ARRAY_AGG(DISTINCT g.genre.id)) AS genre_ids
    FROM {{ table }} AS r
    INNER JOIN chosen AS c ON r.id_tmdb = c.id_tmdb AND r.raw_path = c.raw_path
    CROSS JOIN UNNEST(r.genres) AS g(genre)
    WHERE g.genre.id IS NOT NULL
    GROUP BY r.id_tmdb
),
counted AS (
    SELECT
        r.*, c.collected_on, c.raw_records, c.raw_key,
        CASE
            WHEN r.genres IS NULL THEN COALESCE(c.file_genre_ids, CAST([] AS BIGINT[]))
            ELSE COALESCE(n.genre_ids, CAST([] AS BIGINT[]))
        END AS genre_ids,
        r.genres IS NULL AS is_genre_from_file
    FROM {{ table }} AS r
    INNER JOIN chosen AS c ON r.id_tmdb = c.id_tmdb AND r.raw_path = c.raw_path
    LEFT JOIN named AS n ON r.id_tmdb = n.id_tmdb
)

-- fragment day: a text YYYY-MM-DD as a date; null for any other, and for a day that no calendar has.
CASE WHEN TRANSLATE({{ text }}, '0123456789', '0000000000') = '0000-00-00' THEN TRY_CAST({{ text }} AS DATE) END

-- fragment is_plausible: whether a day lies between the first pictures that moved and 20 years after collection.
{{ day }} BETWEEN DATE '1870-01-01' AND LEAST(collected_on + INTERVAL '20' YEAR, DATE '2200-12-31')

-- fragment is_id: whether a text is one of IMDb's ids: `prefix` (tt or nm) and 1 to 18 digits.
{{ text }} LIKE '{{ prefix }}_%' AND TRANSLATE({{ text }}, '0123456789', '') = '{{ prefix }}' AND LENGTH({{ text }}) <= 20

-- fragment if_no_id: what is wrong with a text that should be such an id; null if nothing is.
CASE
    WHEN {{ is_id text={{ text }} prefix={{ prefix }} }} THEN NULL
    ELSE CONCAT('{{ text }} is no {{ prefix }} and digits: "', COALESCE(SUBSTRING({{ text }}, 1, 60), ''), '"')
END

-- fragment is_number: whether a text is a whole number, written as one is.
CAST(TRY_CAST({{ text }} AS BIGINT) AS VARCHAR) = {{ text }} AND {{ text }} NOT LIKE '-%'

-- fragment if_no_number: what is wrong with a text that should be such a number or null.
CASE
    WHEN {{ is_number text={{ text }} }} THEN NULL
    WHEN {{ text }} IS NOT NULL THEN CONCAT('{{ text }} is no number: "', SUBSTRING({{ text }}, 1, 60), '"')
END

-- fragment if_no_rating: what is wrong with a text that should be a mean of votes or null.
CASE
    WHEN TRANSLATE({{ text }}, '0123456789', '') IN ('', '.') AND TRY_CAST({{ text }} AS DOUBLE) BETWEEN 0 AND 10 THEN NULL
    WHEN {{ text }} IS NOT NULL THEN CONCAT('{{ text }} is none from 0 to 10: "', SUBSTRING({{ text }}, 1, 60), '"')
END

-- fragment if_no_list: what is wrong with a text that should be a list of texts in JSON or null.
CASE
    WHEN LENGTH({{ text }}) >= 4 AND {{ text }} LIKE '["%"]' THEN NULL
    WHEN {{ text }} IS NOT NULL THEN CONCAT('{{ text }} is no list: "', SUBSTRING({{ text }}, 1, 60), '"')
END

-- fragment has_rating: whether somebody voted and the mean can be one.
{{ rating }} > 0 AND {{ rating }} <= 10 AND ({{ votes }} IS NULL OR {{ votes }} > 0)

-- fragment is_runtime: whether minutes can be those of a title.
{{ minutes }} BETWEEN 1 AND 60000

-- fragment is_year: whether a year lies between the first pictures that moved and any that is announced.
{{ year }} BETWEEN 1870 AND 2200

-- fragment count: how many rows have a field.
SUM(CASE WHEN {{ field }} THEN 1 ELSE 0 END) AS {{ field }}

-- fragment coverage: of each group those that have a field, and those for which it was asked.
SELECT kind, grouping, member, '{{ field }}' AS field, titles, {{ asked }} AS asked, {{ field }} AS known FROM coverage_count

-- fragment number: a DOUBLE as text, to six decimals: each engine has its own way of writing one.
COALESCE(
    CASE
        WHEN {{ real }} = TRY_CAST({{ real }} AS BIGINT) THEN CONCAT(CAST(TRY_CAST({{ real }} AS BIGINT) AS VARCHAR), '.0')
        ELSE RTRIM(CAST(TRY_CAST({{ real }} AS DECIMAL(18, 6)) AS VARCHAR), '0')
    END,
    'beyond any scale'
)

-- fragment if_empty: the reason why a text is unknown that is there and says nothing.
CASE WHEN {{ text }} = '' THEN '{{ text }}: ""' END

-- fragment reason: why a text is unknown that says what cannot be; CHR(31) stands between two reasons, so in none of them.
CONCAT('{{ name }}: "', REPLACE({{ text }}, CHR(31), '␟'), '"')

-- fragment reasons: those of a row as a list.
CASE WHEN reasons = '' THEN CAST([] AS VARCHAR[]) ELSE STRING_SPLIT(reasons, CHR(31)) END

-- fragment imdb_id_loss: why a record has no imdb_id, in the funnel's words; null if it has one.
CASE
    WHEN {{ record }}.imdb_id IS NOT NULL THEN NULL
    WHEN LIST_CONTAINS({{ record }}.unknown_reasons, 'imdb_id: ""') THEN 'empty'
    WHEN CONTAINS(
        CONCAT(CHR(31), ARRAY_TO_STRING({{ record }}.unknown_reasons, CHR(31))), CONCAT(CHR(31), 'imdb_id: ')
    ) THEN 'no tt and digits'
    ELSE 'null or none'
END

-- fragment words: a text's words in small letters, a blank before and after each; CHR(31) marks each blank, to find two in a row.
REPLACE(
    REPLACE(
        REPLACE(
            CONCAT(
                ' ',
                TRANSLATE(
                    {{ small_letters text={{ text }} }},
                    CONCAT(CHR(9), CHR(10), CHR(13), CHR(31), CHR(160), '.,;:!?()[]"/*_-–—―…''‘’‚“”„‹›«»'),
                    REPEAT(' ', 40)
                ),
                ' '
            ),
            ' ', CONCAT(' ', CHR(31))
        ),
        CONCAT(CHR(31), ' '), ''
    ),
    CHR(31), ''
)

-- fragment small_letters: a text with A to Z made small: each engine has its own rules for other letters.
TRANSLATE({{ text }}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')

-- fragment empty_texts: which of a record's texts are empty, as reasons.
{{ if_empty text=overview }},
{{ if_empty text=tagline }},
{{ if_empty text=homepage }},
{{ if_empty text=original_language }},
{{ if_empty text={{ title }} }},
{{ if_empty text={{ original }} }}

-- fragment texts: a record's texts; null where they are empty.
NULLIF({{ title }}, '') AS {{ title }},
NULLIF({{ original }}, '') AS {{ original }},
NULLIF(original_language, '') AS original_language,
NULLIF(overview, '') AS overview,
NULLIF(tagline, '') AS tagline,
NULLIF(homepage, '') AS homepage
