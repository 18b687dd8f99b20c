"""Owns what a title's row in a list and its detail have in common: names, overview, pictures, and how both are written.

Invariant: a face depends on the seed, the media and the title only, so a list and a detail never contradict each other.
"""

from dataclasses import dataclass, field
from datetime import date
from random import Random

from cinelake.sandbox.catalogue import vocabulary as words
from cinelake.sandbox.catalogue.genre_table import Genre, split_mask
from cinelake.sandbox.catalogue.json_text import render_list, render_object, render_value
from cinelake.sandbox.catalogue.languages import TONGUES, Tongue
from cinelake.sandbox.catalogue.seeded_random import dice, mix
from cinelake.sandbox.catalogue.title_columns import Columns
from cinelake.sandbox.evolution.overlay import Overlay

IMDB_ROOM = 5_000_000
"""How many IMDb ids each media has of its own, from tt990000000 on."""
_IMDB_STRIDE = 1_666_667


@dataclass(frozen=True, slots=True)
class Face:
    """The texts of one title, and the generator that goes on to draw the rest of its detail."""

    title: str
    original: str
    overview: str
    poster: str | None
    backdrop: str | None
    source: Random


@dataclass(frozen=True, slots=True)
class Shelf:
    """All titles of one media: its columns, its genres and the seed of its texts, and what days have changed beside them.

    `size` is how many titles there were at the start, on the day `today`: what is drawn for one depends on no newcomer.
    """

    name: str
    columns: Columns
    genres: tuple[Genre, ...]
    seed: int
    today: date
    size: int
    overlay: Overlay = field(default_factory=Overlay)

    def find_edit_day(self, position: int) -> int:
        """The day (as an ordinal) as of which a title tells what is past and what is to come."""
        return self.overlay.edited.get(position, self.today.toordinal())


def compose_name(shelf: Shelf, position: int) -> str:
    """The English title or name."""
    number = shelf.columns.ids[position]
    return words.compose_title(number, mix(shelf.seed, number))


def compose_original_name(shelf: Shelf, position: int) -> str:
    """The title or name in its own language."""
    number = shelf.columns.ids[position]
    return words.compose_original(number, mix(shelf.seed, number), read_tongue(shelf, position))


def compose_face(shelf: Shelf, position: int) -> Face:
    """The texts of a title."""
    source = dice(shelf.seed, shelf.name, position)
    overview, revision = words.compose_overview(source), shelf.overlay.revisions.get(position)
    if revision is not None:
        anew = words.compose_overview(dice(shelf.seed, shelf.name, position, "revision", revision))
        overview = f"{anew} (Version {revision + 1}.)".strip()
    return Face(
        title=compose_name(shelf, position),
        original=compose_original_name(shelf, position),
        overview=overview,
        poster=words.compose_path(source, 0.75),
        backdrop=words.compose_path(source, 0.45),
        source=source,
    )


def read_tongue(shelf: Shelf, position: int) -> Tongue:
    """The original language of a title."""
    return TONGUES[shelf.columns.tongues[position]]


def build_imdb_id(shelf: Shelf, position: int) -> str:
    """The IMDb id of a title that has one; no two titles share one."""
    first = 0 if shelf.name == "movie" else IMDB_ROOM
    return f"tt99{first + position * _IMDB_STRIDE % IMDB_ROOM:07d}"


def parse_imdb_id(shelf: Shelf, text: str) -> int | None:
    """The position that an IMDb id stands for; none if no title of the shelf could bear it."""
    digits = text.removeprefix("tt99")
    if not (text.startswith("tt99") and digits.isdecimal() and text.isascii()):
        return None
    number = int(digits) - (0 if shelf.name == "movie" else IMDB_ROOM)
    position = number * pow(_IMDB_STRIDE, -1, IMDB_ROOM) % IMDB_ROOM
    return position if 0 <= number < IMDB_ROOM and position < len(shelf.columns) else None


def render_date(ordinal: int) -> str:
    """A date as JSON; the empty string for an unknown one."""
    return f'"{date.fromordinal(ordinal).isoformat()}"' if ordinal else '""'


def render_genres(shelf: Shelf, position: int) -> str:
    """The genres as objects."""
    genres = split_mask(shelf.genres, shelf.columns.genres[position])
    return render_list([f'{{"id":{genre.id},"name":"{genre.english}"}}' for genre in genres])


def render_genre_ids(shelf: Shelf, position: int) -> str:
    """The genres as ids."""
    return render_list([str(genre.id) for genre in split_mask(shelf.genres, shelf.columns.genres[position])])


def render_companies(source: Random, count: int, pool: int) -> str:
    """Production companies: a few of them do most of the work."""
    numbers = {int(pool * source.random() ** 2.2) for _ in range(count)}
    return render_list([_render_company(number) for number in sorted(numbers)])


def _render_company(number: int) -> str:
    logo = "null" if number % 3 else f'"/invented{number:018x}.png"'
    country = TONGUES[number % 5].country if number % 2 else ""
    return render_object(
        {
            "id": str(1_000_000 + number),
            "logo_path": logo,
            "name": render_value(words.compose_company(number)),
            "origin_country": f'"{country}"',
        }
    )


def render_countries(tongue: Tongue, source: Random) -> str:
    """Production countries: that of the language, and for one title in five another."""
    tongues = {tongue.country: tongue}
    if source.random() < 0.2:  # noqa: PLR2004 - the share of the docstring
        other = source.choice(TONGUES)
        tongues.setdefault(other.country, other)
    return render_list([f'{{"iso_3166_1":"{one.country}","name":"{one.country_name}"}}' for one in tongues.values()])


def render_languages(tongue: Tongue) -> str:
    """The spoken languages."""
    return f'[{{"english_name":"{tongue.english}","iso_639_1":"{tongue.code}","name":"{tongue.native}"}}]'


def render_popularity(shelf: Shelf, position: int) -> str:
    """Popularity with four decimals at most."""
    return str(shelf.columns.popularity[position] / 10_000)


def render_average(shelf: Shelf, position: int) -> str:
    """The mean of the votes with three decimals at most."""
    return str(shelf.columns.averages[position] / 1000)
