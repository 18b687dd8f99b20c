"""The answers that never change: authentication, configuration, languages and genre lists."""

from cinelake.sandbox.catalogue.genre_table import MOVIE_GENRES, SERIES_GENRES, Genre
from cinelake.sandbox.catalogue.json_text import render_value
from cinelake.sandbox.catalogue.languages import LANGUAGES

_CHANGE_KEYS = (
    "adult air_date also_known_as alternative_titles biography birthday budget cast certifications character_names "
    "created_by crew deathday episode episode_number episode_run_time freebase_id freebase_mid general genres guest_stars "
    "homepage images imdb_id languages name network origin_country original_name original_title overview parts "
    "place_of_birth plot_keywords production_code production_companies production_countries releases revenue runtime "
    "season season_number season_regular softcore spoken_languages status tagline title translations tvdb_id tvrage_id "
    "type video videos"
)
_IMAGES = {
    "base_url": "http://image.example.invalid/t/p/",
    "secure_base_url": "https://image.example.invalid/t/p/",
    "backdrop_sizes": ["w300", "w780", "w1280", "original"],
    "logo_sizes": ["w45", "w92", "w154", "w185", "w300", "w500", "original"],
    "poster_sizes": ["w92", "w154", "w185", "w342", "w500", "w780", "original"],
    "profile_sizes": ["w45", "w185", "h632", "original"],
    "still_sizes": ["w92", "w185", "w300", "original"],
}

AUTHENTICATION = '{"success":true}'
CONFIGURATION = render_value({"change_keys": _CHANGE_KEYS.split(), "images": _IMAGES})
LANGUAGE_LIST = render_value(
    [
        {"english_name": one.english, "iso_639_1": one.code, "name": one.native}
        for one in sorted(LANGUAGES, key=lambda t: t.english)
    ]
)


def render_genre_list(media: str, language: str) -> str:
    """The genres of `movie` or `tv`, in Portuguese for `pt` and `pt-…`, otherwise in English."""
    table: tuple[Genre, ...] = MOVIE_GENRES if media == "movie" else SERIES_GENRES
    is_portuguese = language.partition("-")[0] == "pt"
    rows = [{"id": genre.id, "name": genre.portuguese if is_portuguese else genre.english} for genre in table]
    return render_value({"genres": rows})
