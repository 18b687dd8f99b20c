"""Everything that knows HTTP and TMDB, and nothing of lakes: pace, retries, pages, parameters."""
