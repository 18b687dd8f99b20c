"""The texts of the demo: its selection, its questions in SQL, and the commands for a real lake at its end."""

import shutil
import sys
from pathlib import Path

from rich.console import Console
from rich.markup import escape

SELECTION = ("--genre", "Crime,Drama,Comedy", "--from", "1990")
QUESTIONS = (
    (
        "Which genres are most common, and how are they rated?",
        """
SELECT genre.name AS genre, COUNT(*) AS films, ROUND(AVG(tmdb_rating), 1) AS rating
FROM title JOIN title_genre USING (title_key) JOIN genre USING (genre_id)
GROUP BY ALL ORDER BY films DESC LIMIT 5
""",
    ),
    (
        "Which directors of three films or more have the best ratings?",
        """
SELECT name AS director, COUNT(*) AS films, ROUND(AVG(tmdb_rating), 1) AS rating
FROM title JOIN title_director USING (title_key) JOIN person USING (person_key)
WHERE source = 'tmdb'
GROUP BY ALL HAVING films > 2 ORDER BY rating DESC, films DESC LIMIT 5
""",
    ),
    (
        "What is the median return on a budget in each decade, and for how many films is it known?",
        """
SELECT decade, COUNT(*) AS films, COUNT(roi) AS known, ROUND(MEDIAN(roi), 2) AS median_roi
FROM title GROUP BY decade ORDER BY decade
""",
    ),
)
_DOTENV = (
    ("TMDB_TOKEN=...", "free of charge: themoviedb.org > Settings > API"),
    ("CINELAKE_LAKE=./lake", "or s3://bucket/prefix"),
)
_COMMANDS = (
    ("cinelake plan --genre Crime", "how many titles, how long, how large"),
    ("cinelake extract --genre Crime", "continues after any interruption"),
    ("cinelake build", "tables for SQL"),
    ("cinelake dashboard --open", "in your browser"),
    ("cinelake refresh --genre Crime", "once a day"),
)
_WIDTH = 60
"""Characters of a line of a command after which the next option starts a new line."""


def format_command(words: tuple[str, ...]) -> str:
    """A command as it is typed in a shell, on lines of at most 80 characters where its words allow it."""
    lines = ["$ cinelake"]
    for word in (f'"{word}"' if "\n" in word else word for word in words):
        is_long = len(lines[-1]) + len(word) > _WIDTH and word.startswith("--")
        lines[-1:] = [f"{lines[-1]} \\", f"    {word}"] if is_long else [f"{lines[-1]} {word}"]
    return "\n".join(lines)


def print_introduction(console: Console, films: int, url: str, folder: str) -> None:
    """Print what the demo runs against."""
    console.print(
        "\ncinelake downloads films and series from TMDB into a data lake. This demo needs no account: it uses a sandbox "
        f"at {url}, an offline TMDB with {films:,} invented films. The sandbox has the faults of a real API: lists shift "
        "while they are read, responses break off, and some titles are gone."
        f"\n\nEach step runs the command that it shows. The lake is the folder {folder}.",
        markup=False,
    )


def print_conclusion(console: Console, page: Path, seconds: float) -> None:
    """Print where the dashboard is, and the commands for a real lake."""
    console.print(f"\nThe demo took {seconds:.0f} s. Open the dashboard in a browser:\n", markup=False)
    console.print(f"  {page}", style="bold", markup=False, soft_wrap=True)
    console.print("\nTo download from the real TMDB, put two lines into a file named .env:\n", markup=False)
    _print_notes(console, _DOTENV)
    console.print("\nThen run:\n")
    if activation := _find_activation():
        console.print(f"  {activation}", style="bold cyan", markup=False, soft_wrap=True)
    _print_notes(console, _COMMANDS)


def _print_notes(console: Console, lines: tuple[tuple[str, str], ...]) -> None:
    width = max(len(command) for command, _ in lines)
    for command, note in lines:
        console.print(f"  [bold cyan]{escape(command):<{width}}[/bold cyan]  # {note}", soft_wrap=True)


def _find_activation() -> str:
    """The command that puts `cinelake` on the path; empty if it is there."""
    if shutil.which("cinelake"):
        return ""
    folder = Path(sys.executable).parent
    shown = folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder
    return f"{shown}\\activate" if sys.platform == "win32" else f"source {shown}/activate"
