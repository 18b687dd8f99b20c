-- How complete is each field, and so: what can be concluded?
SELECT kind, field, titles, known, ROUND(100 * share, 1) AS percent
FROM coverage
WHERE grouping = 'all'
ORDER BY kind, percent, field
