"""The command `cinelake genres`: TMDB's genres with their ids and names."""

from typing import TYPE_CHECKING

import click

from cinelake.cli.layout import new_table
from cinelake.cli.options import JSON, with_options
from cinelake.cli.output import answering, name_command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from cinelake.selection.genres import Genre


@click.command()
@click.option("--media", default="movie", metavar="movie|series", show_default=True, help="Kind of title.")
@with_options(JSON)
def genres(media: str, json: bool) -> None:
    """List TMDB's genres with their ids and names."""
    with answering(json) as answer:
        from cinelake.media import Media
        from cinelake.selection.genres import list_genres
        from cinelake.selection.parsing import parse_media

        kind = parse_media(media)
        found = list_genres(kind)
        words = ["--media", media] if kind is not Media.MOVIE else []
        answer(
            {"media": kind, "genres": [genre._asdict() for genre in found]},
            lambda console: render_genres(console, found),
            next_command=name_command("plan", *words, "--genre", found[0].english),
        )


def render_genres(console: "Console", genres: "Sequence[Genre]") -> None:
    """Print a line for each genre."""
    table = new_table("id", "English", "Portuguese")
    table.columns[0].justify = "right"
    for genre in genres:
        table.add_row(str(genre.id), genre.english, genre.portuguese)
    console.print(table)
