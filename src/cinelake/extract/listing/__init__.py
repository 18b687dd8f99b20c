"""Listing: find every id of a slice, and prove that none is missing."""
