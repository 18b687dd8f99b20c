"""cinelake builds a provably complete data lake of films and series from TMDB and IMDb."""

__version__ = "0.6.0"
