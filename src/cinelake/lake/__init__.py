"""Everything that knows keys, bytes and atomicity, and nothing of films: layout, stores, manifests, the lease."""
