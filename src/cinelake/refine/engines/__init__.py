"""The engines that run the models: one interface, implemented with DuckDB and Spark."""
