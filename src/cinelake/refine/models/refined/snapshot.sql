-- One row per present title and date: its popularity and votes, from its record of that day, or else from the listing of
--     that day.
-- inputs: raw_record raw_listed raw_listing title_state
-- keys: title_key collected_on
-- references: title_key title.title_key
-- column title_key: the title
-- column collected_on: the date of the run
-- column popularity: TMDB popularity [TMDB's own score, of that day]; null: TMDB had no value
-- column tmdb_rating: TMDB vote_average [0 to 10]; null: TMDB had no value, or no votes
-- column tmdb_votes: TMDB vote_count [votes]; null: TMDB had no value
-- column is_listed: true if the numbers come from a listing, because the title has no record of that day
WITH observation AS (
    SELECT kind, id_tmdb, collected_on, popularity, vote_average, vote_count, FALSE AS is_listed, committed_at, key
    FROM raw_record
    WHERE day_rank = 1
    UNION ALL
    SELECT
        f.kind, l.id_tmdb, f.collected_on, l.popularity, l.vote_average, l.vote_count, TRUE, f.committed_at, f.key
    FROM raw_listed AS l
    INNER JOIN raw_listing AS f ON l.raw_path = f.path
),

counted AS (
    SELECT t.*
    FROM observation AS t
    INNER JOIN title_state AS s ON t.kind = s.kind AND t.id_tmdb = s.id_tmdb
    WHERE s.state = 'present'
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY t.kind, t.id_tmdb, t.collected_on
        ORDER BY
            t.is_listed ASC, t.committed_at DESC, t.key DESC, t.popularity DESC, t.vote_count DESC, t.vote_average DESC
    ) = 1
)

SELECT
    CONCAT(kind, '-', CAST(id_tmdb AS VARCHAR)) AS title_key, collected_on, popularity,
    CASE WHEN {{ is_rating rating=vote_average votes=vote_count }} THEN vote_average END AS tmdb_rating,
    vote_count AS tmdb_votes, is_listed
FROM counted
