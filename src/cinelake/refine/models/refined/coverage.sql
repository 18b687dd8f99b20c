-- One row per field and group of titles: how many titles have a value. Check it before you draw conclusions from a field.
-- inputs: coverage_count
-- keys: kind grouping member field
-- column kind: movie or series
-- column grouping: all, decade or genre
-- column member: all; the first year of a decade, or undated; the name of a genre
-- column field: the field that is counted: a column of title or trusted_movies. money means both budget and revenue;
--     collection, genres, cast_members and other lists count with at least one entry. Series have no rows for fields that
--     TMDB has only for films (runtime, money, collection)
-- column titles: titles in the group [titles]
-- column asked: titles for which the field was requested: all, unless it belongs to a part (keywords, cast_members, for
--     series imdb_id) that was never requested [titles]
-- column known: those of them that have a value [titles]
-- column share: computed: known / asked [0 to 1]; null: asked is 0
SELECT
    kind, grouping, member, field, titles, CAST(asked AS BIGINT) AS asked, CAST(known AS BIGINT) AS known,
    CASE WHEN asked > 0 THEN CAST(known AS DOUBLE) / asked END AS share
FROM (
    {{ coverage_rows field=imdb_id asked=asked_imdb_id }}
    UNION ALL
    {{ coverage_rows field=original_title asked=titles }}
    UNION ALL
    {{ coverage_rows field=original_language asked=titles }}
    UNION ALL
    {{ coverage_rows field=release_date asked=titles }}
    UNION ALL
    {{ coverage_rows field=runtime asked=titles }}
    UNION ALL
    {{ coverage_rows field=budget asked=titles }}
    UNION ALL
    {{ coverage_rows field=revenue asked=titles }}
    UNION ALL
    {{ coverage_rows field=money asked=titles }}
    UNION ALL
    {{ coverage_rows field=tmdb_rating asked=titles }}
    UNION ALL
    {{ coverage_rows field=tmdb_votes asked=titles }}
    UNION ALL
    {{ coverage_rows field=imdb_rating asked=titles }}
    UNION ALL
    {{ coverage_rows field=imdb_votes asked=titles }}
    UNION ALL
    {{ coverage_rows field=imdb_year asked=titles }}
    UNION ALL
    {{ coverage_rows field=imdb_runtime asked=titles }}
    UNION ALL
    {{ coverage_rows field=popularity asked=titles }}
    UNION ALL
    {{ coverage_rows field=collection asked=titles }}
    UNION ALL
    {{ coverage_rows field=overview asked=titles }}
    UNION ALL
    {{ coverage_rows field=tagline asked=titles }}
    UNION ALL
    {{ coverage_rows field=homepage asked=titles }}
    UNION ALL
    {{ coverage_rows field=poster asked=titles }}
    UNION ALL
    {{ coverage_rows field=genres asked=titles }}
    UNION ALL
    {{ coverage_rows field=countries asked=titles }}
    UNION ALL
    {{ coverage_rows field=languages asked=titles }}
    UNION ALL
    {{ coverage_rows field=companies asked=titles }}
    UNION ALL
    {{ coverage_rows field=keywords asked=asked_keywords }}
    UNION ALL
    {{ coverage_rows field=cast_members asked=asked_credits }}
) AS long
WHERE kind = 'movie' OR field NOT IN ('runtime', 'budget', 'revenue', 'money', 'collection')
