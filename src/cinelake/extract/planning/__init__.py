"""Before a run: which run a command means, what its slices count, and what it will take."""
