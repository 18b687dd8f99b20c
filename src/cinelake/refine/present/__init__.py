"""The present: which titles a lake holds now, what has changed since the previous version, and the snapshot of each day."""
