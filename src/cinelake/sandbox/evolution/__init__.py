"""How the catalogue changes from day to day, and what the change lists say of it."""
