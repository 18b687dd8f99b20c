"""Before a run: decide what a command does, count its slices, and estimate requests and time."""
