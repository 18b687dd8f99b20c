"""Checks of a lake after a run: runs and slices, TMDB's current lists, TMDB's id exports, and ingested IMDb files."""
