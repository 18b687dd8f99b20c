"""What the sandbox answers: routes, discover, exports, the rate limit and faults on purpose."""
