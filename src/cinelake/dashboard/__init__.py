"""The dashboard: one page over Refined, which opens from disk, from a bucket or from any web server."""
