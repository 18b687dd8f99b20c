-- One row per title and collection date: popularity and votes as they were on that day.
-- zone: refined
-- inputs: trusted_movies trusted_series
-- keys: title_key collected_on
-- references: title_key title.title_key
-- column title_key: the title
-- column collected_on: the date of the run
-- column popularity: TMDB popularity [TMDB's own score, of that day]; null: TMDB had nothing
-- column tmdb_rating: TMDB vote_average [0 to 10]; null: TMDB had nothing, or no votes
-- column tmdb_votes: TMDB vote_count [votes]; null: TMDB had nothing
SELECT
    CONCAT('movie-', CAST(id_tmdb AS VARCHAR)) AS title_key, collected_on, popularity,
    vote_average AS tmdb_rating, vote_count AS tmdb_votes
FROM trusted_movies
UNION ALL
SELECT CONCAT('series-', CAST(id_tmdb AS VARCHAR)), collected_on, popularity, vote_average, vote_count
FROM trusted_series
