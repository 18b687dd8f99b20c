"""The models, one SQL file per table, and what is derived from them: build order, columns and documentation."""
