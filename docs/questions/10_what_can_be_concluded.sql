-- How complete is each field, and so: what can be concluded?
-- Read: percent is of the titles for which the field was asked; without any, there is none.
SELECT kind, field, titles, asked, known, ROUND(100 * share, 1) AS percent
FROM coverage
WHERE grouping = 'all'
ORDER BY kind, percent, field
