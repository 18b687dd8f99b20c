"""What a process at work leaves behind: a trace of its requests, and metrics."""
