"""What may leave a lake, and in which order."""
