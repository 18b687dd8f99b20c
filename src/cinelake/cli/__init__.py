"""The command line: one file per command, options to values, values to a run, results to a terminal or to JSON."""
