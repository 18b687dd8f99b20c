"""Listing: find every id of a slice, and prove that the list is complete."""
