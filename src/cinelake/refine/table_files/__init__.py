"""One table in one file for other programs: CSV, JSON, Parquet or Excel."""
