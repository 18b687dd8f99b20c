"""What others would write for the same work, as programs of their own."""
