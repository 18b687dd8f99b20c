-- One row per title and date on which a run fetched or listed it: its popularity and votes on that date. Rows never change.
-- inputs: day_record day_listed day_listing
-- keys: title_key collected_on
-- references: title_key title.title_key if present
-- column title_key: the title; join title to leave out those that are no longer in the lake
-- column collected_on: the date of the run
-- column popularity: TMDB popularity [TMDB's own score, of that day]; null: TMDB had no value
-- column tmdb_rating: TMDB vote_average [0 to 10]; null: TMDB had no value, or no votes
-- column tmdb_votes: TMDB vote_count [votes]; null: TMDB had no value
-- column is_listed: true if the numbers come from the listing of that day, because the title has no record of it
WITH observation AS (
    SELECT
        kind, id_tmdb, collected_on, popularity, vote_average AS tmdb_rating, vote_count, FALSE AS is_listed, number,
        raw_key
    FROM day_record
    UNION ALL
    SELECT
        f.kind, l.id_tmdb, f.collected_on, l.popularity,
        CASE WHEN {{ is_rating rating=l.vote_average votes=l.vote_count }} THEN l.vote_average END,
        l.vote_count, TRUE, f.number, f.key
    FROM day_listed AS l
    INNER JOIN day_listing AS f ON l.raw_path = f.path
)

SELECT
    CONCAT(kind, '-', CAST(id_tmdb AS VARCHAR)) AS title_key, collected_on, popularity, tmdb_rating,
    vote_count AS tmdb_votes, is_listed
FROM observation
QUALIFY ROW_NUMBER() OVER (
    PARTITION BY kind, id_tmdb, collected_on
    ORDER BY is_listed ASC, number DESC, raw_key DESC, popularity DESC, vote_count DESC, tmdb_rating DESC
) = 1
