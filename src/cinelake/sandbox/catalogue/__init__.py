"""The invented catalogue: titles, people and companies, rendered on demand from a seed."""
