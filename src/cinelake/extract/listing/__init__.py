"""Listing: every id of a slice, and the proof that it is every id."""
