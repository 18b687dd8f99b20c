"""IMDb's files: which kinds there are, what makes one whole, and how one comes into Raw as it is."""
