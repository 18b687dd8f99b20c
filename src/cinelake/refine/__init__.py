"""Raw to Trusted to Refined. This package reads only the lake, and checks each zone against the one before."""
