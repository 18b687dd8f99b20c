-- How complete is each field, and therefore which questions can the lake answer?
-- Note: percent refers to the titles for which the field was requested; it is null if there are none.
SELECT kind, field, titles, asked, known, ROUND(100 * share, 1) AS percent
FROM coverage
WHERE grouping = 'all'
ORDER BY kind, percent, field
