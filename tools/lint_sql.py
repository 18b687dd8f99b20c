"""Check the SQL of the models, with macros expanded, and of the questions in the docs. The style is in pyproject.toml.

`python -m tools.lint_sql` prints the findings and fails if there are any.
"""

import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from sqlfluff.core import FluffConfig, Linter

from cinelake.refine.models.macros import expand, parse_macros

ROOT = Path(__file__).parents[1]
MODELS = ROOT / "src" / "cinelake" / "refine" / "models"
QUESTIONS = ROOT / "docs" / "questions"
MACROS = MODELS / "macros.sql"
WIDTH = 124


def list_files() -> list[Path]:
    """Every SQL file with a statement."""
    return sorted({*MODELS.rglob("*.sql"), *QUESTIONS.glob("*.sql")} - {MACROS})


def lint_statement(path: Path) -> list[str]:
    """The findings of sqlfluff in one file, each with its line of the expanded text, because line numbers differ."""
    sql = expand(path.read_text("utf-8"), parse_macros(MACROS.read_text("utf-8")))
    lines = sql.splitlines()
    linted = Linter(config=FluffConfig.from_root()).lint_string(sql, fname=path.name)
    name = path.relative_to(ROOT)
    return [f"{name}: {each.rule_code()} {each.desc()}\n    {lines[each.line_no - 1]}" for each in linted.get_violations()]


def measure_lines(path: Path) -> Iterator[str]:
    """The lines of a file that are too long."""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if len(line) > WIDTH:
            yield f"{path.relative_to(ROOT)}:{number}: {len(line)} characters, at most {WIDTH} are allowed"


def main() -> int:
    """Print all findings; 1 if there are any."""
    paths = list_files()
    findings = [finding for path in (MACROS, *paths) for finding in measure_lines(path)]
    with ProcessPoolExecutor(max_workers=2) as pool:
        findings += [finding for found in pool.map(lint_statement, paths) for finding in found]
    sys.stdout.writelines(f"{finding}\n" for finding in findings)
    return int(bool(findings))


if __name__ == "__main__":
    sys.exit(main())
