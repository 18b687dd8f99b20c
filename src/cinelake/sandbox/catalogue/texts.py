"""The texts that a title's row in a list and its detail share: names, overview, images, and their JSON.

Invariant: a text depends only on the seed, the media and the title, so a list and a detail never contradict each other.
"""

from dataclasses import dataclass, field
from datetime import date
from random import Random

from cinelake.sandbox.catalogue import vocabulary
from cinelake.sandbox.catalogue.genre_table import Genre, split_mask
from cinelake.sandbox.catalogue.json_text import render_list, render_object, render_value
from cinelake.sandbox.catalogue.languages import LANGUAGES, Language
from cinelake.sandbox.catalogue.seeded_random import build_random, mix
from cinelake.sandbox.catalogue.title_columns import Columns
from cinelake.sandbox.evolution.overlay import Overlay

IMDB_IDS_PER_MEDIA = 5_000_000
"""IMDb ids reserved for each media, from tt990000000 on."""
_IMDB_STRIDE = 1_666_667


@dataclass(frozen=True, slots=True)
class TitleTexts:
    """The texts of one title, and the random generator that draws the rest of its detail."""

    title: str
    original: str
    overview: str
    poster: str | None
    backdrop: str | None
    source: Random


@dataclass(frozen=True, slots=True)
class MediaTitles:
    """All titles of one media.

    Attributes:
        media: movie or tv, as in paths.
        seed: of the texts; overlay: changes since the day `today` that are not in the columns.
        size: number of titles on that day, so that no value of a title depends on titles that are added later.
    """

    media: str
    columns: Columns
    genres: tuple[Genre, ...]
    seed: int
    today: date
    size: int
    overlay: Overlay = field(default_factory=Overlay)

    def find_edit_day(self, position: int) -> int:
        """The day of a title's last edit, as an ordinal; it separates its past from its future."""
        return self.overlay.edited.get(position, self.today.toordinal())


def compose_name(titles: MediaTitles, position: int) -> str:
    """The English title or name."""
    number = titles.columns.ids[position]
    return vocabulary.compose_title(number, mix(titles.seed, number))


def compose_original_name(titles: MediaTitles, position: int) -> str:
    """The title or name in its own language."""
    number = titles.columns.ids[position]
    return vocabulary.compose_original(number, mix(titles.seed, number), read_language(titles, position))


def compose_texts(titles: MediaTitles, position: int) -> TitleTexts:
    """Compose the texts of a title."""
    source = build_random(titles.seed, titles.media, position)
    overview, revision = vocabulary.compose_overview(source), titles.overlay.revisions.get(position)
    if revision is not None:
        revised = vocabulary.compose_overview(build_random(titles.seed, titles.media, position, "revision", revision))
        overview = f"{revised} (Version {revision + 1}.)".strip()
    return TitleTexts(
        title=compose_name(titles, position),
        original=compose_original_name(titles, position),
        overview=overview,
        poster=vocabulary.compose_path(source, 0.75),
        backdrop=vocabulary.compose_path(source, 0.45),
        source=source,
    )


def read_language(titles: MediaTitles, position: int) -> Language:
    """The original language of a title."""
    return LANGUAGES[titles.columns.languages[position]]


def build_imdb_id(titles: MediaTitles, position: int) -> str:
    """The IMDb id of a title that has one; it is unique."""
    first = 0 if titles.media == "movie" else IMDB_IDS_PER_MEDIA
    return f"tt99{first + position * _IMDB_STRIDE % IMDB_IDS_PER_MEDIA:07d}"


def parse_imdb_id(titles: MediaTitles, text: str) -> int | None:
    """The position of the title that could have this IMDb id, or None."""
    digits = text.removeprefix("tt99")
    if not (text.startswith("tt99") and digits.isdecimal() and text.isascii()):
        return None
    number = int(digits) - (0 if titles.media == "movie" else IMDB_IDS_PER_MEDIA)
    position = number * pow(_IMDB_STRIDE, -1, IMDB_IDS_PER_MEDIA) % IMDB_IDS_PER_MEDIA
    return position if 0 <= number < IMDB_IDS_PER_MEDIA and position < len(titles.columns) else None


def render_date(ordinal: int) -> str:
    """A date as JSON; an unknown one is an empty string."""
    return f'"{date.fromordinal(ordinal).isoformat()}"' if ordinal else '""'


def render_genres(titles: MediaTitles, position: int) -> str:
    """The genres as objects."""
    genres = split_mask(titles.genres, titles.columns.genres[position])
    return render_list([f'{{"id":{genre.id},"name":"{genre.english}"}}' for genre in genres])


def render_genre_ids(titles: MediaTitles, position: int) -> str:
    """The genres as ids."""
    return render_list([str(genre.id) for genre in split_mask(titles.genres, titles.columns.genres[position])])


def render_companies(source: Random, count: int, pool: int) -> str:
    """Production companies; a few of them have most of the titles."""
    numbers = {int(pool * source.random() ** 2.2) for _ in range(count)}
    return render_list([_render_company(number) for number in sorted(numbers)])


def _render_company(number: int) -> str:
    logo = "null" if number % 3 else f'"/invented{number:018x}.png"'
    country = LANGUAGES[number % 5].country if number % 2 else ""
    return render_object(
        {
            "id": str(1_000_000 + number),
            "logo_path": logo,
            "name": render_value(vocabulary.compose_company(number)),
            "origin_country": f'"{country}"',
        }
    )


def render_countries(language: Language, source: Random) -> str:
    """Production countries: that of the language, and a second one for one title in five."""
    by_country = {language.country: language}
    if source.random() < 0.2:  # noqa: PLR2004 - the share of the docstring
        other = source.choice(LANGUAGES)
        by_country.setdefault(other.country, other)
    return render_list([f'{{"iso_3166_1":"{one.country}","name":"{one.country_name}"}}' for one in by_country.values()])


def render_languages(language: Language) -> str:
    """The spoken languages."""
    return f'[{{"english_name":"{language.english}","iso_639_1":"{language.code}","name":"{language.native}"}}]'


def render_popularity(titles: MediaTitles, position: int) -> str:
    """Popularity with at most four decimals."""
    return str(titles.columns.popularity[position] / 10_000)


def render_average(titles: MediaTitles, position: int) -> str:
    """The average vote with at most three decimals."""
    return str(titles.columns.averages[position] / 1000)
