"""What a process records about its own work: a trace of its requests, and metrics."""
