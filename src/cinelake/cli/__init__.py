"""The command line: thin. Words to values, values to a run, results to a terminal or to JSON."""
