"""Benchmarks: each figure with its target and an anchor for comparison. `python -m benchmarks --list` describes them."""
