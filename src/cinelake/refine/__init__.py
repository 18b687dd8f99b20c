"""Raw to Trusted to Refined: reads the lake only, and holds every step against the one before."""
