"""Owns what a build tells: the account of rows, what was kept out, what was checked. It is kept beside the pointer."""

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from cinelake.refine.engine import Engine
from cinelake.refine.raw import LeftAside
from cinelake.refine.staging import Refusal, Staged

_SHOWN = 20


class FunnelRow(msgspec.Struct, frozen=True):
    """One row of the table funnel; losses and what remains are negative, so that each step adds up to zero."""

    kind: str
    step: int
    part: str
    name: str
    titles: int


class BuildReport(msgspec.Struct, frozen=True):
    """What a version is made of.

    Attributes:
        files: of Raw that were read; `left_aside` counts those that were not, by reason.
        quarantined: records that were kept out, as far as they can be counted; `refusals` are the first of them, the
            table quarantine has all.
        unknown_fields: in how many records a field stands that cinelake does not know; it stays in Raw.
        checks: that passed.
    """

    files: int
    left_aside: dict[str, int]
    quarantined: int
    refusals: tuple[Refusal, ...]
    unknown_fields: dict[str, int]
    funnel: tuple[FunnelRow, ...]
    checks: int

    @property
    def is_complete(self) -> bool:
        """Nothing was kept out."""
        return not self.refusals

    def count(self, kind: str, step: int, name: str) -> int:
        """A row of the funnel by its words, as a positive number; 0 if there is none."""
        return sum(abs(row.titles) for row in self.funnel if (row.kind, row.step, row.name) == (kind, step, name))


def build_report(staged: Staged, left: Iterable[LeftAside], funnel: Sequence[FunnelRow], checks: int) -> BuildReport:
    """The report of a build."""
    return BuildReport(
        files=len(staged.files),
        left_aside=dict(sorted(Counter(each.reason for each in left).items())),
        quarantined=sum(refusal.records for refusal in staged.refusals),
        refusals=tuple(staged.refusals[:_SHOWN]),
        unknown_fields=dict(sorted(staged.unknown.items())),
        funnel=tuple(funnel),
        checks=checks,
    )


def read_funnel(engine: Engine) -> list[FunnelRow]:
    """The table funnel, once it is built."""
    rows = engine.query("SELECT kind, step, part, name, titles FROM funnel ORDER BY kind, step, part, name")
    return [msgspec.convert(dict(zip(FunnelRow.__struct_fields__, row, strict=True)), FunnelRow) for row in rows]
