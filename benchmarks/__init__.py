"""Benchmarks: each line of the promise measured beside its anchor, in one run. `python -m benchmarks --list` names them."""
