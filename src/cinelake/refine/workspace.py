"""Where a build works: the lake, the engine, and a folder for temporary files."""

from dataclasses import dataclass
from pathlib import Path

from cinelake.lake.store import Store
from cinelake.refine.engines.engine import Engine


@dataclass(frozen=True, slots=True)
class Workspace:
    """The lake that a build reads, the engine that it runs in, and a local folder that is removed at its end."""

    store: Store
    engine: Engine
    folder: Path
