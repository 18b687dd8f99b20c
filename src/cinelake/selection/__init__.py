"""What a user asks for: selections, the slices that they are cut into, and the parsing of options and events."""
