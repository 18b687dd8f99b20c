-- One row per title and theme tag, with the strongest evidence: a keyword that editors gave, or words of the overview.
-- zone: refined
-- inputs: title_source link_keyword theme_rule
-- keys: title_key tag
-- references: title_key title.title_key
-- column title_key: the title
-- column theme: the group of the tag, such as war
-- column tag: what it tells of, such as World War II
-- column source: keyword or overview
-- column evidence: the words that were found
-- column confidence: as the rule says, not measured [0 to 1]
WITH told AS (
    SELECT title_key, {{ words text=overview }} AS words
    FROM title_source
    WHERE overview IS NOT NULL
),
heard AS (
    SELECT title_key, UNNEST(STRING_SPLIT(words, ' ')) AS word
    FROM told
),
found AS (
    SELECT k.title_key, r.theme, r.tag, r.source, r.words AS evidence, r.confidence
    FROM link_keyword AS k
    INNER JOIN theme_rule AS r ON r.source = 'keyword' AND {{ small_letters text=k.name }} = r.words
    UNION ALL
    SELECT h.title_key, r.theme, r.tag, r.source, r.words AS evidence, r.confidence
    FROM heard AS h
    INNER JOIN theme_rule AS r ON r.source = 'overview' AND h.word = r.first_word
    INNER JOIN told AS t ON h.title_key = t.title_key
    WHERE CONTAINS(t.words, CONCAT(' ', r.words, ' '))
)
SELECT title_key, theme, tag, source, evidence, confidence
FROM found
QUALIFY ROW_NUMBER() OVER (PARTITION BY title_key, tag ORDER BY confidence DESC, source, evidence) = 1
