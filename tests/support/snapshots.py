"""Snapshots: texts that a test compares with a plain file, and writes there with `pytest --update-snapshots`."""

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "snapshots"


@dataclass(frozen=True, slots=True)
class Snapshots:
    """The snapshots of the suite; `is_update` writes them instead of comparing them."""

    is_update: bool

    def check(self, name: str, text: str) -> None:
        """Compare a text, without blanks at the ends of its lines, with the snapshot of this name."""
        path = FOLDER / f"{name}.txt"
        found = "\n".join(line.rstrip() for line in text.strip("\n").splitlines()) + "\n"
        if self.is_update:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(found, encoding="utf-8")
        assert path.exists(), f"{path} is missing: run pytest --update-snapshots"
        assert found == path.read_text(encoding="utf-8"), "if the new text is right, run pytest --update-snapshots"
