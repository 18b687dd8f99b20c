"""Owns what an answer must be before it is believed: JSON, of the right shape, and of the title asked for.

Every check raises ValueError, which the client takes as a damaged answer and asks again.
"""

from typing import Annotated

import msgspec

TitleId = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
"""What an id can be: the service counts from 1, and is far from the end of 31 bits."""


Scores = tuple[float | None, float | None, float | None]
"""Popularity, mean vote, number of votes, as a row of a list says."""


class Row(msgspec.Struct, gc=False):
    """One title in a list. The date is "" (or, in old answers, absent) when unknown.

    Its scores are of any type: they are a gift, and no reason to refuse a page.
    """

    id: TitleId
    release_date: str | None = ""
    first_air_date: str | None = ""
    popularity: object = None
    vote_average: object = None
    vote_count: object = None

    @property
    def day(self) -> str:
        """The date as YYYY-MM-DD, "" when unknown; a text that is none, such as NO DATE, tells nothing either."""
        text = self.release_date or self.first_air_date or ""
        return text if text[:1].isdecimal() else ""

    @property
    def scores(self) -> Scores:
        """Popularity, mean vote and number of votes; None for what is no number."""
        return _number(self.popularity), _number(self.vote_average), _number(self.vote_count)


class Page(msgspec.Struct, gc=False):
    """One page of a discover query. `total_pages` is not capped by the service, but only 500 can be read."""

    results: list[Row]
    total_pages: int
    total_results: int

    @property
    def is_complete(self) -> bool:
        """Whether this one page holds all that the service counts, each once."""
        return len({row.id for row in self.results}) == self.total_results == len(self.results)


class Change(msgspec.Struct, gc=False):
    """One title that the service says has changed; without flags it is deleted, or merged into another."""

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


class _Refusal(msgspec.Struct, gc=False):
    status_code: int


_REFUSALS = msgspec.json.Decoder(_Refusal)
_LANGUAGES = msgspec.json.Decoder(list[_Language])
_PAGES = msgspec.json.Decoder(Page)
_CHANGES = msgspec.json.Decoder(ChangesPage)
_DETAILS = msgspec.json.Decoder(_Detail)


def parse_page(body: bytes) -> Page:
    """A discover page.

    Raises:
        ValueError: the body is not one.
    """
    page = _PAGES.decode(body)
    if page.total_results < 0:
        raise ValueError(f"total_results is {page.total_results}")
    return page


def parse_changes(body: bytes) -> ChangesPage:
    """A page of changes.

    Raises:
        ValueError: the body is not one.
    """
    return _CHANGES.decode(body)


def parse_detail(body: bytes, title_id: int) -> bytes:
    """The body of a title's detail as received, once it is sound: UTF-8, whole, and of the title asked for.

    Raises:
        ValueError: it is not.
    """
    found = _DETAILS.decode(body)
    if found.id != title_id:
        raise ValueError(f"asked for id {title_id}, the answer is of id {found.id}")
    if found.id_tmdb is not msgspec.UNSET:
        raise ValueError("it has a key id_tmdb of its own, which is what records are told apart by")
    if not body.isascii():
        body.decode()
    return body


def parse_languages(body: bytes) -> list[str]:
    """The codes of /3/configuration/languages.

    Raises:
        ValueError: the body is not that list.
    """
    return [language.iso_639_1 for language in _LANGUAGES.decode(body)]


def parse_refusal(body: bytes) -> int:
    """The service's own code of an answer that is no success, such as 34 (not found).

    Raises:
        ValueError: the body is not the service's.
    """
    return _REFUSALS.decode(body).status_code


def parse_anything(body: bytes) -> bytes:
    """A body that is JSON of any shape.

    Raises:
        ValueError: it is not JSON.
    """
    msgspec.json.decode(body)
    return body


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
