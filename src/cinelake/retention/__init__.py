"""Removal of old runs: what each day of runs has, what newer runs still need, and which days can be pruned."""
