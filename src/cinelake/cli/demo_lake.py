"""The folder of the demo's lake. Only a folder that carries the demo's marker is ever emptied."""

import shutil
from pathlib import Path

from cinelake.errors import StoreError, UsageError

MARKER = ".cinelake-demo"
_NOTE = "`cinelake demo` made this folder, and empties it when it runs again.\n"


def prepare_folder(text: str) -> Path:
    """An empty folder with the marker in it.

    Raises:
        UsageError: the folder contains files that are not the demo's, or it cannot be a folder.
        StoreError: it cannot be emptied or written.
    """
    folder = Path(text)
    if not text or "://" in text or (folder.exists() and not folder.is_dir()):
        raise UsageError(
            f'the demo cannot use "{text}"', hint="name a folder with `cinelake demo --keep DIR`", subject=text
        )
    try:
        if folder.exists() and any(folder.iterdir()) and not (folder / MARKER).is_file():
            raise UsageError(
                f'the folder "{text}" contains files that are not from a demo',
                hint="choose a new folder with `cinelake demo --keep DIR`",
                subject=text,
            )
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MARKER).write_text(_NOTE, encoding="utf-8")
        for path in folder.iterdir():
            if path.name != MARKER:
                _remove(path)
    except OSError as error:
        raise StoreError(
            f'cannot prepare the folder "{text}"',
            cause=error.strerror or str(error),
            hint="choose another folder with `cinelake demo --keep DIR`",
            subject=text,
        ) from error
    return folder


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
