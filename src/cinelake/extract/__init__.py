"""Plan, list, fetch, commit: one run over a selection, into Raw."""
