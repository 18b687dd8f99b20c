-- How complete each field is: titles that have it, of all, of a decade, of a genre. Read it before concluding anything.
-- zone: refined
-- inputs: coverage_count
-- keys: kind grouping member field
-- column kind: movie or series
-- column grouping: all, decade or genre
-- column member: all; the first year of a decade, or undated; the name of a genre
-- column field: which field is counted: a column of title or trusted_movies; money: budget and revenue both; collection,
--     genres, cast_members and the like: at least one
-- column titles: in that group [titles]
-- column known: of these, with the field [titles]
-- column share: computed: known / titles [0 to 1]
SELECT kind, grouping, member, field, titles, CAST(known AS BIGINT) AS known, CAST(known AS DOUBLE) / titles AS share
FROM (
    SELECT kind, grouping, member, 'imdb_id' AS field, titles, imdb_id AS known FROM coverage_count
    UNION ALL
    SELECT kind, grouping, member, 'original_title' AS field, titles, original_title AS known FROM coverage_count
    UNION ALL
    SELECT kind, grouping, member, 'original_language' AS field, titles, original_language AS known FROM coverage_count
    UNION ALL
    SELECT kind, grouping, member, 'release_date' AS field, titles, release_date AS known FROM coverage_count
    UNION ALL
    SELECT kind, grouping, member, 'runtime' AS field, titles, runtime AS known FROM coverage_count
    UNION ALL
    SELECT kind, grouping, member, 'budget' AS field, titles, budget AS known FROM coverage_count
    UNION ALL
    SELECT kind, grouping, member, 'revenue' AS field, titles, revenue AS known FROM coverage_count
    UNION ALL
    SELECT kind, grouping, member, 'money' AS field, titles, money AS known FROM coverage_count
    UNION ALL
    SELECT kind, grouping, member, 'tmdb_rating' AS field, titles, tmdb_rating AS known FROM coverage_count
    UNION ALL
    SELECT kind, grouping, member, 'tmdb_votes' AS field, titles, tmdb_votes AS known FROM coverage_count
    UNION ALL
    SELECT kind, grouping, member, 'imdb_rating' AS field, titles, imdb_rating AS known FROM coverage_count
    UNION ALL
    SELECT kind, grouping, member, 'imdb_votes' AS field, titles, imdb_votes AS known FROM coverage_count
    UNION ALL
    SELECT kind, grouping, member, 'imdb_year' AS field, titles, imdb_year AS known FROM coverage_count
    UNION ALL
    SELECT kind, grouping, member, 'imdb_runtime' AS field, titles, imdb_runtime AS known FROM coverage_count
    UNION ALL
    SELECT kind, grouping, member, 'popularity' AS field, titles, popularity AS known FROM coverage_count
    UNION ALL
    SELECT kind, grouping, member, 'collection' AS field, titles, collection AS known FROM coverage_count
    UNION ALL
    SELECT kind, grouping, member, 'overview' AS field, titles, overview AS known FROM coverage_count
    UNION ALL
    SELECT kind, grouping, member, 'tagline' AS field, titles, tagline AS known FROM coverage_count
    UNION ALL
    SELECT kind, grouping, member, 'homepage' AS field, titles, homepage AS known FROM coverage_count
    UNION ALL
    SELECT kind, grouping, member, 'poster' AS field, titles, poster AS known FROM coverage_count
    UNION ALL
    SELECT kind, grouping, member, 'genres' AS field, titles, genres AS known FROM coverage_count
    UNION ALL
    SELECT kind, grouping, member, 'countries' AS field, titles, countries AS known FROM coverage_count
    UNION ALL
    SELECT kind, grouping, member, 'languages' AS field, titles, languages AS known FROM coverage_count
    UNION ALL
    SELECT kind, grouping, member, 'companies' AS field, titles, companies AS known FROM coverage_count
    UNION ALL
    SELECT kind, grouping, member, 'keywords' AS field, titles, keywords AS known FROM coverage_count
    UNION ALL
    SELECT kind, grouping, member, 'cast_members' AS field, titles, cast_members AS known FROM coverage_count
) AS long
