-- Rules that several models share: `{{ name }}` in a model inserts a macro, `{{ name argument=value }}` passes an argument.

-- macro bridge: the whole statement of a bridge: each `key` of a title in the order of `link`, or `unknown` if it has none.
WITH link AS (
    SELECT title_key, {{ key }}, MIN(position) AS position
    FROM {{ link }}
    GROUP BY title_key, {{ key }}
),

member AS (
    SELECT
        s.title_key, COALESCE(l.{{ key }}, {{ unknown }}) AS {{ key }},
        ROW_NUMBER() OVER (PARTITION BY s.title_key ORDER BY l.position, l.{{ key }}) AS position,
        COUNT(*) OVER (PARTITION BY s.title_key) AS members
    FROM title_source AS s
    LEFT JOIN link AS l ON s.title_key = l.title_key
)

SELECT
    title_key, {{ key }}, position,
    {{ weight }} AS weight
FROM member

-- macro members: the members of a list of each changed title, with their positions.
SELECT title_key, UNNEST({{ list }}) AS member, GENERATE_SUBSCRIPTS({{ list }}, 1) AS position
FROM title_record

-- macro weight: 1 divided by `members`, truncated to twelve digits; the first member gets the remainder.
CAST(
    CAST(0.000000000001 AS DECIMAL(13, 12)) * CASE
        WHEN position = 1 THEN 1000000000000 - (members - 1) * (1000000000000 // members)
        ELSE 1000000000000 // members
    END AS DECIMAL(13, 12)
)

-- macro run_records: the newest record of each title in the files of one run, with the slices that hold the title, and its
--     genres: those of the record, or else those of the names of its files.
file_record AS (
    SELECT r.id_tmdb, r.raw_path, f.key AS raw_key, f.slice, f.genre_id, f.collected_on, f.fetched_on, f.number
    FROM {{ table }} AS r
    INNER JOIN raw_file AS f ON r.raw_path = f.path
),

chosen AS (
    SELECT id_tmdb, raw_path, raw_key, collected_on, fetched_on, number
    FROM file_record
    QUALIFY ROW_NUMBER() OVER (PARTITION BY id_tmdb ORDER BY raw_key DESC) = 1
),

together AS (
    SELECT
        id_tmdb, COUNT(*) AS raw_records, LIST_SORT(ARRAY_AGG(DISTINCT slice)) AS slices,
        LIST_SORT(ARRAY_AGG(DISTINCT genre_id) FILTER (WHERE genre_id IS NOT NULL)) AS file_genre_ids
    FROM file_record
    GROUP BY id_tmdb
),

record_genre AS (
    SELECT id_tmdb, LIST_SORT(ARRAY_AGG(DISTINCT genre.id)) AS genre_ids
    FROM (
        SELECT r.id_tmdb, UNNEST(r.genres) AS genre
        FROM {{ table }} AS r
        INNER JOIN chosen AS c ON r.id_tmdb = c.id_tmdb AND r.raw_path = c.raw_path
    ) AS listed
    WHERE genre.id IS NOT NULL
    GROUP BY id_tmdb
),

run_record AS (
    SELECT
        r.*, c.collected_on, c.fetched_on, c.number, c.raw_key, t.raw_records, t.slices,
        CASE
            WHEN r.genres IS NULL THEN COALESCE(t.file_genre_ids, CAST([] AS BIGINT[]))
            ELSE COALESCE(n.genre_ids, CAST([] AS BIGINT[]))
        END AS genre_ids,
        r.genres IS NULL AS is_genre_from_file
    FROM {{ table }} AS r
    INNER JOIN chosen AS c ON r.id_tmdb = c.id_tmdb AND r.raw_path = c.raw_path
    INNER JOIN together AS t ON r.id_tmdb = t.id_tmdb
    LEFT JOIN record_genre AS n ON r.id_tmdb = n.id_tmdb
)

-- macro parse_date: a text YYYY-MM-DD as a date; null for any other text and for dates that do not exist.
CASE WHEN TRANSLATE({{ text }}, '0123456789', '0000000000') = '0000-00-00' THEN TRY_CAST({{ text }} AS DATE) END

-- macro is_plausible_date: whether a date is between 1870, before the first films, and 20 years after collection.
{{ date }} BETWEEN DATE '1870-01-01' AND LEAST(collected_on + INTERVAL '20' YEAR, DATE '2200-12-31')

-- macro is_id: whether a text is an IMDb id: `prefix` (tt or nm) and 1 to 18 digits.
{{ text }} LIKE '{{ prefix }}_%' AND TRANSLATE({{ text }}, '0123456789', '') = '{{ prefix }}' AND LENGTH({{ text }}) <= 20

-- macro id_fault: why a text is not an IMDb id; null if it is one.
CASE
    WHEN {{ is_id text={{ text }} prefix={{ prefix }} }} THEN NULL
    ELSE CONCAT('{{ text }} is no {{ prefix }} and digits: "', COALESCE(SUBSTRING({{ text }}, 1, 60), ''), '"')
END

-- macro is_number: whether a text is a whole number in its usual form, from 0.
CAST(TRY_CAST({{ text }} AS BIGINT) AS VARCHAR) = {{ text }} AND {{ text }} NOT LIKE '-%'

-- macro number_fault: why a text is not such a number; null if it is one, or null itself.
CASE
    WHEN {{ is_number text={{ text }} }} THEN NULL
    WHEN {{ text }} IS NOT NULL THEN CONCAT('{{ text }} is no number: "', SUBSTRING({{ text }}, 1, 60), '"')
END

-- macro rating_fault: why a text is not a mean of votes; null if it is one, or null itself.
CASE
    WHEN TRANSLATE({{ text }}, '0123456789', '') IN ('', '.') AND TRY_CAST({{ text }} AS DOUBLE) BETWEEN 0 AND 10 THEN NULL
    WHEN {{ text }} IS NOT NULL THEN CONCAT('{{ text }} is none from 0 to 10: "', SUBSTRING({{ text }}, 1, 60), '"')
END

-- macro list_fault: why a text is not a JSON list of texts; null if it is one, or null itself.
CASE
    WHEN LENGTH({{ text }}) >= 4 AND {{ text }} LIKE '["%"]' THEN NULL
    WHEN {{ text }} IS NOT NULL THEN CONCAT('{{ text }} is no list: "', SUBSTRING({{ text }}, 1, 60), '"')
END

-- macro is_rating: whether a mean of votes is valid and rests on votes; an unknown number of votes counts as votes.
{{ rating }} > 0 AND {{ rating }} <= 10 AND ({{ votes }} IS NULL OR {{ votes }} > 0)

-- macro is_runtime: whether a number of minutes is a plausible runtime.
{{ minutes }} BETWEEN 1 AND 60000

-- macro is_money: whether a sum in US dollars is plausible.
{{ dollars }} BETWEEN 1 AND 10000000000

-- macro is_year: whether a year is plausible: from 1870, before the first films, to 2200.
{{ year }} BETWEEN 1870 AND 2200

-- macro count_true: the number of rows for which a column is true.
SUM(CASE WHEN {{ field }} THEN 1 ELSE 0 END) AS {{ field }}

-- macro coverage_rows: for each group, the titles for which a field was requested and those that have it.
SELECT kind, grouping, member, '{{ field }}' AS field, titles, {{ asked }} AS asked, {{ field }} AS known
FROM coverage_count

-- macro number_text: a DOUBLE as text with at most six decimals: each engine formats numbers in its own way.
COALESCE(
    CASE
        WHEN {{ real }} = TRY_CAST({{ real }} AS BIGINT) THEN CONCAT(CAST(TRY_CAST({{ real }} AS BIGINT) AS VARCHAR), '.0')
        ELSE RTRIM(CAST(TRY_CAST({{ real }} AS DECIMAL(18, 6)) AS VARCHAR), '0')
    END,
    'beyond any scale'
)

-- macro empty_reason: the reason why an empty text is unknown; null if the text is not empty.
CASE WHEN {{ text }} = '' THEN '{{ text }}: ""' END

-- macro text_reason: the reason why a text is unknown. CHR(31) separates reasons, so it is replaced within one.
CONCAT('{{ name }}: "', REPLACE({{ text }}, CHR(31), '␟'), '"')

-- macro reason_list: the reasons of a row as a list.
CASE WHEN reasons = '' THEN CAST([] AS VARCHAR[]) ELSE STRING_SPLIT(reasons, CHR(31)) END

-- macro imdb_id_loss: the branches of a CASE: why a record has no imdb_id, as in funnel; null if it has one.
WHEN {{ record }}.imdb_id IS NOT NULL THEN NULL
WHEN LIST_CONTAINS({{ record }}.unknown_reasons, 'imdb_id: ""') THEN 'empty'
WHEN
    CONTAINS(
        CONCAT(CHR(31), ARRAY_TO_STRING({{ record }}.unknown_reasons, CHR(31))), CONCAT(CHR(31), 'imdb_id: ')
    )
    THEN 'no tt and digits'
ELSE 'null or none'

-- macro words: the words of a text in lower case, with one space around each. CHR(31) marks spaces to find repeated ones.
REPLACE(
    REPLACE(
        REPLACE(
            CONCAT(
                ' ',
                TRANSLATE(
                    {{ lower_ascii text={{ text }} }},
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

-- macro lower_ascii: a text with A to Z in lower case: engines disagree about other letters.
TRANSLATE({{ text }}, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')

-- macro empty_text_reasons: the reasons of a record's empty texts.
{{ empty_reason text=overview }},
{{ empty_reason text=tagline }},
{{ empty_reason text=homepage }},
{{ empty_reason text=original_language }},
{{ empty_reason text={{ title }} }},
{{ empty_reason text={{ original }} }}

-- macro texts: the texts of a record; null where they are empty.
NULLIF({{ title }}, '') AS {{ title }},
NULLIF({{ original }}, '') AS {{ original }},
NULLIF(original_language, '') AS original_language,
NULLIF(overview, '') AS overview,
NULLIF(tagline, '') AS tagline,
NULLIF(homepage, '') AS homepage
