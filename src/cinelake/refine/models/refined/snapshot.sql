-- One row per present title and date: popularity and votes as they were, by the title's record of that day, else as it was listed.
-- zone: refined
-- inputs: raw_record raw_listed raw_listing title_state
-- keys: title_key collected_on
-- references: title_key title.title_key
-- column title_key: the title
-- column collected_on: the date of the run
-- column popularity: TMDB popularity [TMDB's own score, of that day]; null: TMDB had nothing
-- column tmdb_rating: TMDB vote_average [0 to 10]; null: TMDB had nothing, or no votes
-- column tmdb_votes: TMDB vote_count [votes]; null: TMDB had nothing
-- column is_listed: whether the day has no record of the title, so that the numbers are those of its row in a listing
WITH told AS (
    SELECT kind, id_tmdb, collected_on, popularity, vote_average, vote_count, FALSE AS is_listed, committed_at, key
    FROM raw_record
    WHERE day_place = 1
    UNION ALL
    SELECT
        f.kind, l.id_tmdb, f.collected_on, l.popularity, l.vote_average, l.vote_count, TRUE, f.committed_at, f.key
    FROM raw_listed AS l
    INNER JOIN raw_listing AS f ON l.raw_path = f.path
),
counting AS (
    SELECT t.*
    FROM told AS t
    INNER JOIN title_state AS s ON t.kind = s.kind AND t.id_tmdb = s.id_tmdb
    WHERE s.state = 'present'
    QUALIFY ROW_NUMBER() OVER (
        PARTITION BY t.kind, t.id_tmdb, t.collected_on
        ORDER BY t.is_listed, t.committed_at DESC, t.key DESC, t.popularity DESC, t.vote_count DESC, t.vote_average DESC
    ) = 1
)
SELECT
    CONCAT(kind, '-', CAST(id_tmdb AS VARCHAR)) AS title_key, collected_on, popularity,
    CASE WHEN {{ has_rating rating=vote_average votes=vote_count }} THEN vote_average END AS tmdb_rating,
    vote_count AS tmdb_votes, is_listed
FROM counting
