"""Lakes in the form of cinelake 0.6 (format 1): loose documents without numbers, and versions of tables in Refined."""

import json
from typing import Any

from tests.support.stores import read_all
from tests.support.unfolding import unfold

from cinelake.lake.keys import LAKE_FORMAT, LISTINGS, MANIFESTS, NUMBERS, PROCESSES, RUNS, STATUS, WATERMARKS
from cinelake.lake.store import Store

_NEW = {"number", "fetched_on", "gone_under", "source", "export", "proof", "first_id", "last_id", "feed"}
"""Fields that format 1 does not have."""
OLD_TABLES = {
    "Refined/title/v=0123456789abcdef/part-0.parquet": b"old rows",
    "Refined/slice/v=0123456789abcdef/part-0.parquet": b"old slices",
    "Trusted/TMDB/Parquet/Movies/dt=2026-03-02/0123456789abcdef.parquet": b"typed rows",
    "_cinelake/refined/current.json": b'{"version": "0123456789abcdef"}',
    "_cinelake/catalog/title/v=0123456789abcdef/addresses": b"s3://",
}
"""Tables of 0.6, as far as an upgrade looks at them."""


def age(store: Store, *, with_tables: bool = True) -> Store:
    """Give a lake the form of format 1."""
    unfold(store)
    for root in (MANIFESTS, LISTINGS, RUNS, WATERMARKS):
        for key, data in read_all(store, f"{root}/").items():
            if key.endswith("/proof.json"):
                store.delete(key)
            elif "/traces/" not in key:
                store.write(key, (json.dumps(_strip(json.loads(data)), indent=1) + "\n").encode())
    for key in [*read_all(store, NUMBERS), *read_all(store, PROCESSES), STATUS, LAKE_FORMAT]:
        store.delete(key)
    for key, data in OLD_TABLES.items() if with_tables else ():
        store.write(key, data)
    return store


def _strip(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict):
        return {key: _strip(each) for key, each in value.items() if key not in _NEW}
    return [_strip(each) for each in value] if isinstance(value, list) else value
