"""Write the tables of Trusted: a file per day for records of TMDB, one file for each table of IMDb files.

Trusted/TMDB/Parquet/<kind>/dt=<day>/<hash>.parquet                 named by its contents, so an unchanged day is not
                                                                    written again
Trusted/Local/Parquet/<Titles|People|Credits>/<hash>.parquet        the same for IMDb files
"""

import re
from pathlib import Path

from cinelake.lake.store import Store
from cinelake.refine.engines.engine import Engine
from cinelake.refine.exporting import Exported, export_model
from cinelake.refine.fields import FOLDERS
from cinelake.refine.models.model import Model
from cinelake.refine.versions import TRUSTED, Part

_TMDB, _LOCAL = f"{TRUSTED}/TMDB/Parquet", f"{TRUSTED}/Local/Parquet"
_DATED = {f"trusted_{name.lower()}": f"{_TMDB}/{name}" for name in FOLDERS}
_UNDATED = {f"trusted_imdb_{name.lower()}": f"{_LOCAL}/{name}" for name in ("Titles", "People", "Credits")}
"""The folder of each Trusted table."""
TRUSTED_KEY = re.compile(rf"({_TMDB}/\w+/dt=\d{{4}}-\d\d-\d\d|{_LOCAL}/(Titles|People|Credits))/[0-9a-f]{{16}}\.parquet")
_NAME_LENGTH = 16


def write_trusted(store: Store, engine: Engine, model: Model, folder: Path) -> list[Part]:
    """Write a Trusted model as Parquet. Readers do not see it before the pointer is replaced."""
    if model.name in _UNDATED:
        return [_write_part(store, export_model(engine, model, "", folder), _UNDATED[model.name])]
    return _write_days(store, engine, model, folder)


def _write_days(store: Store, engine: Engine, model: Model, folder: Path) -> list[Part]:
    parts = []
    days = engine.query(f"SELECT DISTINCT collected_on FROM {model.name} ORDER BY collected_on")  # noqa: S608 - our own
    for (day,) in days:
        exported = export_model(engine, model, f"WHERE collected_on = DATE '{day}'", folder)
        parts.append(_write_part(store, exported, f"{_DATED[model.name]}/dt={day}"))
    return parts


def _write_part(store: Store, exported: Exported, folder: str) -> Part:
    """Write a file under the hash of its contents unless it exists."""
    key = f"{folder}/{exported.sha256[:_NAME_LENGTH]}.parquet"
    if not any(entry.size == exported.bytes for entry in store.list_entries(key)):
        store.write_file(key, exported.path)
    return exported.as_part(key)
