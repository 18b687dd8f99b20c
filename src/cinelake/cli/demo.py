"""The command `demo`: the whole pipeline on an invented catalogue, for those who have no account."""

import click

from cinelake.cli.option_types import WholeNumber
from cinelake.cli.output import answering


@click.command()
@click.option(
    "--films",
    default=2000,
    show_default=True,
    type=WholeNumber(100),
    metavar="N",
    help="Films in the invented catalogue, at least 100.",
)
@click.option("--keep", default="demo-lake", show_default=True, metavar="DIR", help="Folder for the lake.")
def demo(films: int, keep: str) -> None:
    """Run the whole pipeline on an invented catalogue.

    Plans, extracts, resumes after a kill, verifies, builds, answers questions in SQL, writes the dashboard, and refreshes a
    day later. Uses a sandbox that injects faults, and needs no account. The next demo replaces the folder.
    """
    with answering(json=False):
        from cinelake.cli.demo_steps import run_demo

        code = run_demo(films, keep)
        if code:
            raise SystemExit(code)
