-- How complete each field is: titles that have it, of all, of a decade, of a genre. Read it before concluding anything.
-- zone: refined
-- inputs: coverage_count
-- keys: kind grouping member field
-- column kind: movie or series
-- column grouping: all, decade or genre
-- column member: all; the first year of a decade, or undated; the name of a genre
-- column field: which field is counted: a column of title or trusted_movies; money: budget and revenue both; collection,
--     genres, cast_members and the like: at least one; of series without what TMDB has of films alone (runtime, money,
--     collection)
-- column titles: in that group [titles]
-- column asked: of these, titles for which the service was asked for the field: all, unless it is of a part (keywords,
--     cast_members, of series imdb_id) that was never asked for [titles]
-- column known: of these, titles with the field [titles]
-- column share: computed: known / asked [0 to 1]; null: asked is 0
SELECT
    kind, grouping, member, field, titles, CAST(asked AS BIGINT) AS asked, CAST(known AS BIGINT) AS known,
    CASE WHEN asked > 0 THEN CAST(known AS DOUBLE) / asked END AS share
FROM (
    {{ coverage field=imdb_id asked=asked_imdb_id }}
    UNION ALL {{ coverage field=original_title asked=titles }}
    UNION ALL {{ coverage field=original_language asked=titles }}
    UNION ALL {{ coverage field=release_date asked=titles }}
    UNION ALL {{ coverage field=runtime asked=titles }}
    UNION ALL {{ coverage field=budget asked=titles }}
    UNION ALL {{ coverage field=revenue asked=titles }}
    UNION ALL {{ coverage field=money asked=titles }}
    UNION ALL {{ coverage field=tmdb_rating asked=titles }}
    UNION ALL {{ coverage field=tmdb_votes asked=titles }}
    UNION ALL {{ coverage field=imdb_rating asked=titles }}
    UNION ALL {{ coverage field=imdb_votes asked=titles }}
    UNION ALL {{ coverage field=imdb_year asked=titles }}
    UNION ALL {{ coverage field=imdb_runtime asked=titles }}
    UNION ALL {{ coverage field=popularity asked=titles }}
    UNION ALL {{ coverage field=collection asked=titles }}
    UNION ALL {{ coverage field=overview asked=titles }}
    UNION ALL {{ coverage field=tagline asked=titles }}
    UNION ALL {{ coverage field=homepage asked=titles }}
    UNION ALL {{ coverage field=poster asked=titles }}
    UNION ALL {{ coverage field=genres asked=titles }}
    UNION ALL {{ coverage field=countries asked=titles }}
    UNION ALL {{ coverage field=languages asked=titles }}
    UNION ALL {{ coverage field=companies asked=titles }}
    UNION ALL {{ coverage field=keywords asked=asked_keywords }}
    UNION ALL {{ coverage field=cast_members asked=asked_credits }}
) AS long
WHERE kind = 'movie' OR field NOT IN ('runtime', 'budget', 'revenue', 'money', 'collection')
