"""The folded documents of a lake: one object for all slices of a finished run. Knows nothing about what a slice holds."""
