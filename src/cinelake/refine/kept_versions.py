"""Choose the earlier versions that a lake keeps.

Invariant: a kept version has a description, which names all its objects, and nothing of a day that was pruned from Raw. So
no rollback brings back what TMDB's terms require to go.
"""

import re
from datetime import date

from cinelake.lake.keys import TRUSTED
from cinelake.lake.store import Store
from cinelake.refine.fields import FOLDERS
from cinelake.refine.publish import read_description
from cinelake.refine.trusted.raw_files import RawZone
from cinelake.refine.versions import SHARED, Pointer, PreviousVersion

_DATED = re.compile(
    rf"{TRUSTED}/TMDB/Parquet/(?P<typed>\w+)/dt=(?P<typed_on>[\d-]+)/.+"
    rf"|{SHARED}/\w+/dt=(?P<shared_on>[\d-]+)/(?P<shared>\w+)-[0-9a-f]+\.parquet"
)


def keep_versions(
    store: Store, versions: tuple[PreviousVersion, ...], zone: RawZone, keep: int
) -> tuple[PreviousVersion, ...]:
    """The newest `keep` of these versions that can be described and name no day that Raw no longer has."""
    days = {(file.kind, file.collected_on) for file in (*zone.files, *zone.missing)}
    days |= {(each.kind, each.key.run_on) for each in zone.slices}
    kept: list[PreviousVersion] = []
    for each in versions:
        described = read_description(store, each.version) if len(kept) < keep else None
        if described is not None and _list_days(described) <= days:
            kept.append(each)
    return tuple(kept)


def _list_days(pointer: Pointer) -> set[tuple[str, date]]:
    """The kinds and days of all parts that have rows of one day."""
    found = (_DATED.fullmatch(part.key) for table in pointer.tables for part in table.parts)
    names = ((each["typed"] or each["shared"], each["typed_on"] or each["shared_on"]) for each in found if each)
    return {(FOLDERS.get(folder, folder), date.fromisoformat(day)) for folder, day in names}
