"""The dashboard: one page about Refined that opens from disk, from a bucket or from any web server."""
