"""The supported kinds of IMDb files, and the recognition of a file by its header. Pure.

Invariant: a header belongs to a kind only if it has every column, in order, with the kind's separator. No kind has quoting:
a quote is a character like any other, and a null is written as NULL.

The first two kinds come from users: one row for each title and artist, so ids repeat, with these column names (including
the misspelling). The others are published by IMDb, https://developer.imdb.com/non-commercial-datasets/.
"""

from dataclasses import dataclass

NULL = r"\N"
_SEPARATORS = {"|": "'|'", "\t": "tabs", ",": "','", ";": "';'"}
_NAMES_SHOWN, _CHARACTERS_SHOWN = 5, 60
_CHARACTERS_COMPARED = 2_000
_MIN_SIMILARITY = 0.5
"""Share of common columns from which a header counts as a damaged one of that kind instead of an unknown one."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file.

    Attributes:
        name: the kind in keys.
        label: the publisher's file name.
        format: CSV or TSV, in keys.
        is_id_unique: the first column is an id that occurs in one row only.
    """

    name: str
    label: str
    format: str
    separator: str
    columns: tuple[str, ...]
    is_id_unique: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a file is refused, what to do next, and the underlying error if there is one."""

    message: str
    hint: str
    cause: str = ""


_TITLE = ("id", "tituloPincipal", "tituloOriginal", "anoLancamento")
_ARTIST = (
    *("tempoMinutos", "genero", "notaMedia", "numeroVotos", "generoArtista", "personagem", "nomeArtista"),
    *("anoNascimento", "anoFalecimento", "profissao", "titulosMaisConhecidos"),
)
_BASICS = (
    *("tconst", "titleType", "primaryTitle", "originalTitle", "isAdult"),
    *("startYear", "endYear", "runtimeMinutes", "genres"),
)
_RATINGS = ("tconst", "averageRating", "numVotes")
_PRINCIPALS = ("tconst", "ordering", "nconst", "category", "job", "characters")
_NAMES = ("nconst", "primaryName", "birthYear", "deathYear", "primaryProfession", "knownForTitles")

KINDS = (
    Kind("Movies", "movies.csv", "CSV", "|", (*_TITLE, *_ARTIST), is_id_unique=False),
    Kind("Series", "series.csv", "CSV", "|", (*_TITLE, "anoTermino", *_ARTIST), is_id_unique=False),
    Kind("TitleBasics", "title.basics.tsv", "TSV", "\t", _BASICS, is_id_unique=True),
    Kind("TitleRatings", "title.ratings.tsv", "TSV", "\t", _RATINGS, is_id_unique=True),
    Kind("TitlePrincipals", "title.principals.tsv", "TSV", "\t", _PRINCIPALS, is_id_unique=False),
    Kind("NameBasics", "name.basics.tsv", "TSV", "\t", _NAMES, is_id_unique=True),
)


def recognise_header(header: str) -> Kind | None:
    """The kind with this header (given without its line end), or None."""
    return next((kind for kind in KINDS if tuple(header.split(kind.separator)) == kind.columns), None)


def find_kind(name: str) -> Kind | None:
    """The kind of that name in keys, or None."""
    return next((kind for kind in KINDS if kind.name == name), None)


def explain_header(header: str) -> Fault:
    """Why a header is unknown: how it differs from the most similar kind, if any is similar."""
    start = header[:_CHARACTERS_COMPARED]
    candidates = [(kind, separator, start.split(separator)) for kind in KINDS for separator in _SEPARATORS]
    kind, separator, names = max(candidates, key=lambda each: (_compare(each[0], each[2]), each[1] == each[0].separator))
    if _compare(kind, names) < _MIN_SIMILARITY:
        shown = repr(header[:_CHARACTERS_SHOWN])[1:-1] + "…" * (len(header) > _CHARACTERS_SHOWN)
        message = f'unknown header "{shown}"' if header else "the first line is empty instead of a header"
        labels = [kind.label for kind in KINDS]
        hint = f"ingest {', '.join(labels[:-1])} or {labels[-1]} as published, with the header"
        return Fault(message, hint)
    if separator != kind.separator:
        message = f"the columns are separated by {_SEPARATORS[separator]} instead of {name_separator(kind)}"
        return Fault(message, f"save {kind.label} with {name_separator(kind)} between the columns")
    message = f"the header differs from that of {kind.label}: {_describe_difference(kind, names)}"
    return Fault(message, f"use {kind.label} as published, with all {len(kind.columns)} columns in order")


def name_separator(kind: Kind) -> str:
    """A kind's separator, for messages."""
    return _SEPARATORS[kind.separator]


def _compare(kind: Kind, names: list[str]) -> float:
    """The similarity of a header to that of a kind: 1 for the same columns, quoted or not, in any order."""
    found = {_strip(name) for name in names}
    return len(found & set(kind.columns)) / len(found | set(kind.columns))


def _describe_difference(kind: Kind, names: list[str]) -> str:
    stripped = [_strip(name) for name in names]
    missing = [column for column in kind.columns if column not in stripped]
    unknown = [name for name, bare in zip(names, stripped, strict=True) if bare not in kind.columns]
    repeated = [name for index, name in enumerate(stripped) if name in stripped[:index] and name in kind.columns]
    lists = (("missing", missing), ("unknown", unknown), ("repeated", repeated))
    parts = [f"{_list_names(found)} {'is' if len(found) == 1 else 'are'} {state}" for state, found in lists if found]
    if parts:
        return ", ".join(parts)
    if tuple(stripped) == kind.columns:
        return "the names are in quotes or have spaces around them"
    name, column = next(pair for pair in zip(stripped, kind.columns, strict=True) if pair[0] != pair[1])
    return f"the columns are in another order, with '{name}' instead of '{column}'"


def _strip(name: str) -> str:
    return name.strip(' "')


def _list_names(names: list[str]) -> str:
    """Column names for a message: printable, shortened, and only the first few."""
    shown = ", ".join(repr(name[:_CHARACTERS_SHOWN]) for name in names[:_NAMES_SHOWN])
    return shown + (f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else "")
