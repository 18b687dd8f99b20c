"""The imitated API: routes, discover, id exports, the rate limit, and faults on purpose."""
