"""The client for the TMDB API: rate limit, retries, endpoints and validation. Knows nothing about lakes."""
