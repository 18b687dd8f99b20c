"""Owns what kinds of IMDb files there are, as data, and how a header tells which one it is. Pure.

Invariant: a kind is recognised by its header alone: every column, in order, with its own separator. Neither form knows
quoting: a quote is a character like any other, and a null is written NULL.

The first two are what users bring: one row for each title and artist, so that ids repeat, with column names (and the
misspelling in them) that are theirs. The others are IMDb's own, https://developer.imdb.com/non-commercial-datasets/.
"""

from dataclasses import dataclass

NULL = r"\N"
_SEPARATORS = {"|": "'|'", "\t": "tabs", ",": "','", ";": "';'"}
_NAMES_SHOWN, _SHOWN, _READ = 5, 60, 2_000
"""Names and characters that a message shows, and characters of a header that it is made from."""
_LEAST_ALIKE = 0.5
"""Share of columns in common from which on a header is taken for a damaged one of that kind, not for a foreign one."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of file.

    Attributes:
        name: the kind in keys.
        label: what its publisher calls the file.
        format: CSV or TSV, in keys.
        is_id_unique: the first column is an id that stands in one row only.
    """

    name: str
    label: str
    format: str
    separator: str
    columns: tuple[str, ...]
    is_id_unique: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a file is refused: what happened, what was expected, what to do."""

    happened: str
    expected: str
    todo: str


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
    """The kind whose header this is (without its line end), or None."""
    return next((kind for kind in KINDS if tuple(header.split(kind.separator)) == kind.columns), None)


def find_kind(name: str) -> Kind | None:
    """The kind of that name, as keys have it."""
    return next((kind for kind in KINDS if kind.name == name), None)


def explain_header(header: str) -> Fault:
    """Why a header is none of the known ones: the nearest kind, and how it differs from that."""
    start = header[:_READ]
    candidates = [(kind, separator, start.split(separator)) for kind in KINDS for separator in _SEPARATORS]
    kind, separator, words = max(candidates, key=lambda each: (_liken(each[0], each[2]), each[1] == each[0].separator))
    if _liken(kind, words) < _LEAST_ALIKE:
        shown = repr(header[:_SHOWN]) + "…" * (len(header) > _SHOWN)
        happened = f"the header {shown} is none that is known" if header else "it is empty, where the header should be"
        labels = [kind.label for kind in KINDS]
        expected = f"the header of {', '.join(labels[:-1])} or {labels[-1]}"
        return Fault(happened, expected, "give the file as its publisher made it, with its first line")
    expected = f"the {len(kind.columns)} columns of {kind.label}, in their order, with {name_separator(kind)} between them"
    if separator != kind.separator:
        happened = f"the columns have {_SEPARATORS[separator]} between them, so that all would be one column"
        return Fault(happened, expected, f"save the file with {name_separator(kind)} between the columns")
    return Fault(_tell_difference(kind, words), expected, "give the file as its publisher made it, with all its columns")


def name_separator(kind: Kind) -> str:
    """A kind's separator, in words."""
    return _SEPARATORS[kind.separator]


def _liken(kind: Kind, words: list[str]) -> float:
    """How much a header has in common with a kind's: 1 when both have the same columns, quoted or not, in any order."""
    found = {_bare(word) for word in words}
    return len(found & set(kind.columns)) / len(found | set(kind.columns))


def _tell_difference(kind: Kind, words: list[str]) -> str:
    bare = [_bare(word) for word in words]
    missing = [column for column in kind.columns if column not in bare]
    unknown = [word for word, name in zip(words, bare, strict=True) if name not in kind.columns]
    repeated = [name for at, name in enumerate(bare) if name in bare[:at] and name in kind.columns]
    lists = (("missing", missing), ("not known", unknown), ("there twice", repeated))
    parts = [f"{_name_columns(names)} {'is' if len(names) == 1 else 'are'} {how}" for how, names in lists if names]
    if parts:
        return ", ".join(parts)
    if tuple(bare) == kind.columns:
        return "the names stand in quotes or have blanks around them"
    at = next(at for at, (name, column) in enumerate(zip(bare, kind.columns, strict=True)) if name != column)
    return f"the columns are in another order: {bare[at]} stands in place of {kind.columns[at]}"


def _bare(word: str) -> str:
    return word.strip(' "')


def _name_columns(names: list[str]) -> str:
    """Names as a list in words, each safe to show and none too long."""
    shown = ", ".join(repr(name[:_SHOWN]) for name in names[:_NAMES_SHOWN])
    return shown + (f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else "")
