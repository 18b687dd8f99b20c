"""IMDb files: the supported kinds, the check of a file, and its ingest into Raw as it is."""
