"""The invented catalogue: titles, people and companies, made on demand from a seed."""
