"""The values that a verification returns: counts, problems, and comparisons with TMDB's id exports."""

from datetime import date

import msgspec

from cinelake.lake.problems import Problem


class ExportAudit(msgspec.Struct, frozen=True):
    """How a run of everything compares with one of TMDB's daily id exports, in numbers of titles.

    Attributes:
        export: file name of the export; listed: titles in it.
        excluded: adult titles and videos that the selection leaves out.
        gone: TMDB answered 404 for them during the run; quarantined: the run could not fetch them.
        missing: all others that the lake does not have.
        surplus: titles of the lake that the export does not list.
    """

    selection_id: str
    run_on: date
    export: str
    listed: int
    excluded: int
    gone: int
    quarantined: int
    missing: int
    surplus: int


class Verification(msgspec.Struct, frozen=True):
    """What was checked, and the problems.

    Attributes:
        gone: titles that TMDB lists but answers with 404.
        tmdb_titles: titles that TMDB lists now; None if it was not asked.
        ingested, ingested_bytes: IMDb files and their size, where these were checked too (verify/imdb_files).
    """

    runs: int
    slices: int
    batches: int
    records: int
    distinct_ids: int
    bytes: int
    gone: int
    problems: tuple[Problem, ...]
    tmdb_titles: int | None = None
    ingested: int = 0
    ingested_bytes: int = 0
    audits: tuple[ExportAudit, ...] = ()

    @property
    def is_verified(self) -> bool:
        """Whether no problem was found."""
        return not self.problems
