"""What a user asks for, as values: genres, dates, parts, and the slices that they are cut into."""
