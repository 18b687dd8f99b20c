"""Stores of a lake: a folder, or a prefix in a bucket. `opening` chooses the store of an address."""
