"""The tables of the current version as Iceberg tables: metadata over the same Parquet files."""
