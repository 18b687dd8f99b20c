"""The models: one SELECT a file, by zone, and the code that reads their headers and macros."""
