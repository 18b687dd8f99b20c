"""What to fetch again: the refetch policy, the change feed, previous runs, and removals. Decides; extract does."""
