"""Validate response bodies: JSON of the expected shape, about the requested title.

Invariant: each parser returns a valid value or raises ValueError, which makes the client retry the request.
"""

from typing import Annotated

import msgspec

TitleId = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
"""A valid title id: TMDB counts from 1 and is far from the end of 31 bits."""


Scores = tuple[float | None, float | None, float | None]
"""Popularity, mean vote and number of votes of a title in a list."""


class Row(msgspec.Struct, gc=False):
    """One title in a list. The date is "" (or, in old responses, absent) when unknown.

    Scores of a wrong type become None: they are optional, and no reason to refuse a page.
    """

    id: TitleId
    release_date: str | None = ""
    first_air_date: str | None = ""
    popularity: object = None
    vote_average: object = None
    vote_count: object = None

    @property
    def day(self) -> str:
        """The date as YYYY-MM-DD; "" when it is unknown, or a text such as NO DATE."""
        text = self.release_date or self.first_air_date or ""
        return text if text[:1].isdecimal() else ""

    @property
    def scores(self) -> Scores:
        """Popularity, mean vote and number of votes; None for each that is not a number."""
        return _number(self.popularity), _number(self.vote_average), _number(self.vote_count)


class Page(msgspec.Struct, gc=False):
    """One page of a discover query. TMDB does not cap `total_pages`, but only 500 pages can be read."""

    results: list[Row]
    total_pages: int
    total_results: int

    @property
    def is_complete(self) -> bool:
        """Whether this single page contains every title of the query, each once."""
        return len({row.id for row in self.results}) == self.total_results == len(self.results)


class Change(msgspec.Struct, gc=False):
    """One title in TMDB's list of changes; a title without flags was deleted or merged into another."""

    id: TitleId | None = None
    adult: bool | None = None


class ChangesPage(msgspec.Struct, gc=False):
    """One page of the changes of a day."""

    results: list[Change]
    total_pages: int


class _Detail(msgspec.Struct, gc=False):
    id: int
    id_tmdb: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class _Language(msgspec.Struct, gc=False):
    iso_639_1: str


class _Error(msgspec.Struct, gc=False):
    status_code: int


_ERRORS = msgspec.json.Decoder(_Error)
_LANGUAGES = msgspec.json.Decoder(list[_Language])
_PAGES = msgspec.json.Decoder(Page)
_CHANGES = msgspec.json.Decoder(ChangesPage)
_DETAILS = msgspec.json.Decoder(_Detail)


def parse_page(body: bytes) -> Page:
    """Parse a discover page.

    Raises:
        ValueError: the body is not a discover page.
    """
    page = _PAGES.decode(body)
    if page.total_results < 0:
        raise ValueError(f"total_results is {page.total_results}")
    return page


def parse_changes(body: bytes) -> ChangesPage:
    """Parse a page of changes.

    Raises:
        ValueError: the body is not a page of changes.
    """
    return _CHANGES.decode(body)


def parse_detail(body: bytes, title_id: int) -> bytes:
    """Return the body of a title's detail as received, once it is valid JSON in UTF-8 with the requested id.

    Raises:
        ValueError: the body is invalid.
    """
    found = _DETAILS.decode(body)
    if found.id != title_id:
        raise ValueError(f"id {found.id} instead of {title_id}")
    if found.id_tmdb is not msgspec.UNSET:
        raise ValueError("it already has a key id_tmdb, which cinelake adds to identify records")
    if not body.isascii():
        body.decode()
    return body


def parse_languages(body: bytes) -> list[str]:
    """Parse the language codes of /3/configuration/languages.

    Raises:
        ValueError: the body is not a list of languages.
    """
    return [language.iso_639_1 for language in _LANGUAGES.decode(body)]


def parse_error_code(body: bytes) -> int:
    """Parse TMDB's own code in an error response, such as 34 (not found).

    Raises:
        ValueError: the body is not an error response of TMDB.
    """
    return _ERRORS.decode(body).status_code


def parse_json(body: bytes) -> bytes:
    """Return a body that is JSON of any shape.

    Raises:
        ValueError: the body is not JSON.
    """
    msgspec.json.decode(body)
    return body


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
