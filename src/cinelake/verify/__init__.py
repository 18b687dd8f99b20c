"""Proofs after the fact: runs and slices, the API as it is now, the id export, and ingested files."""
