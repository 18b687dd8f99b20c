"""Trusted: the typed history of everything that was collected, in immutable parts."""
