-- One row per title and theme tag, with the strongest evidence: a keyword of TMDB, or words of the overview.
-- inputs: title_record link_keyword theme_rule
-- keys: title_key tag
-- changes: title_key
-- references: title_key title.title_key
-- column title_key: the title
-- column theme: the group of the tag, such as war
-- column tag: the tag, such as World War II
-- column source: keyword or overview
-- column evidence: the words that were found
-- column confidence: the confidence that the rule states; it is not measured [0 to 1]
WITH overview AS (
    SELECT
        s.title_key,
        {{ words text=s.overview }} AS words
    FROM title_record AS s
    WHERE s.overview IS NOT NULL
),

overview_word AS (
    SELECT title_key, UNNEST(STRING_SPLIT(words, ' ')) AS word
    FROM overview
),

found AS (
    SELECT k.title_key, r.theme, r.tag, r.source, r.words AS evidence, r.confidence
    FROM link_keyword AS k
    INNER JOIN theme_rule AS r ON r.source = 'keyword' AND {{ lower_ascii text=k.name }} = r.words
    UNION ALL
    SELECT h.title_key, r.theme, r.tag, r.source, r.words AS evidence, r.confidence
    FROM overview_word AS h
    INNER JOIN theme_rule AS r ON r.source = 'overview' AND h.word = r.first_word
    INNER JOIN overview AS t ON h.title_key = t.title_key
    WHERE CONTAINS(t.words, CONCAT(' ', r.words, ' '))
)

SELECT title_key, theme, tag, source, evidence, confidence
FROM found
QUALIFY ROW_NUMBER() OVER (PARTITION BY title_key, tag ORDER BY confidence DESC, source ASC, evidence ASC) = 1
