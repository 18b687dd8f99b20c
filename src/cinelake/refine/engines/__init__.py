"""What runs the models: one interface, implemented on DuckDB and on Spark."""
