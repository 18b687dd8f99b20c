"""The group of all commands: help by purpose, close matches for misspelt names, and usage errors like every other error."""

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

import click

from cinelake.cli.option_types import InvalidInputError
from cinelake.cli.output import WORDS, fail
from cinelake.errors import UsageError

_EXTRA = re.compile(r"unexpected extra arguments? \((.+)\)")
_QUOTED = re.compile(r"'([^']*)'")


class CommandGroup(click.Group):
    """A group whose commands are listed by section, in the order in which they were added."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.sections: list[tuple[str, list[str]]] = []
        self.notes: list[tuple[str, list[tuple[str, str]]]] = []

    def add_section(self, title: str, *commands: click.Command) -> None:
        """Add commands that the help lists under a title of their own."""
        for command in commands:
            self.add_command(command)
        self.sections.append((title, [str(command.name) for command in commands]))

    def add_note(self, title: str, rows: Iterable[tuple[str, str]]) -> None:
        """Add a list of terms that the help shows after the commands."""
        self.notes.append((title, list(rows)))

    def list_commands(self, _: click.Context) -> list[str]:
        """The names of the commands, in the order in which they were added."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each section, with the descriptions of all sections in one column."""
        if not self.sections:
            super().format_commands(ctx, formatter)
        width = max(map(len, self.commands))
        for title, names in self.sections:
            with formatter.section(title):
                formatter.write_dl([(f"{name:{width}}", self.commands[name].get_short_help_str(100)) for name in names])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the notes below the commands."""
        for title, rows in self.notes:
            with formatter.section(title):
                formatter.write_dl(rows)
        super().format_epilog(ctx, formatter)

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Parse the words of the command line; report what cannot be parsed."""
        words = list(args)
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as error:
            path = [parent.command_path] if parent else []
            _fail(_translate(error, " ".join([*path, info_name or ""])), words)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the options of the group, or show the help if there are no words at all."""
        if not args and not ctx.resilient_parsing:
            click.echo(ctx.get_help(), color=ctx.color)
            ctx.exit()
        ctx.meta.setdefault(WORDS, list(args))
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that the first word names.

        Raises:
            InvalidInputError: there is no such command.
        """
        name = args[0]
        if not name.startswith("-") and self.get_command(ctx, name) is None:
            hint = _suggest(difflib.get_close_matches(name, self.commands, n=2), f"{ctx.command_path} --help", "commands")
            raise InvalidInputError(UsageError(f'unknown command "{name}"', hint=hint))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - as its base class says
        """Run the command; report what it cannot parse."""
        words = ctx.meta[WORDS]
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            _fail(_translate(error, f"{ctx.command_path} {ctx.invoked_subcommand or ''}".strip()), words)


def _fail(error: UsageError, words: Sequence[str]) -> NoReturn:
    fail(error, json="--json" in words)


def _translate(error: click.UsageError, path: str) -> UsageError:
    """The error of click in cinelake's own form; `path` is the command that could not be parsed."""
    if isinstance(error, InvalidInputError):
        return error.error
    if isinstance(error, click.NoSuchOption):
        params = error.ctx.command.params if error.ctx else ()
        known = {word.lstrip("-"): word for each in params for word in each.opts}
        near = [known[word] for word in difflib.get_close_matches(error.option_name.lstrip("-"), known, n=1)]
        return UsageError(f'unknown option "{error.option_name}"', hint=_suggest(near, f"{path} --help", "options"))
    return UsageError(_describe(error), hint=f"run `{path} --help` to see its arguments and options")


def _describe(error: click.UsageError) -> str:
    """The message for an error that has no close match to suggest."""
    extra = _EXTRA.search(error.message)
    if extra:
        return f'unexpected argument "{extra[1].split()[0]}"'
    if isinstance(error, click.BadOptionUsage) and "requires an argument" in error.message:
        return f"option {error.option_name} needs a value"
    if isinstance(error, click.BadParameter) and error.param is not None:
        if isinstance(error, click.MissingParameter) and isinstance(error.param, click.Option):
            return f"missing option {error.param.opts[0]}"
        if isinstance(error, click.MissingParameter):
            return f"missing argument {error.param.human_readable_name}"
        reason = _QUOTED.sub(r'"\1"', error.message.rstrip("."))
        return f"invalid {error.param.opts[0]}: {reason}"
    message = _QUOTED.sub(r"\1", error.format_message()).rstrip(".")
    return message[:1].lower() + message[1:]


def _suggest(near: Sequence[str], command: str, things: str) -> str:
    """A hint with the closest names, if there are any, and the command that lists all."""
    listing = f"`{command}` to list all {things}"
    return f"did you mean {' or '.join(near)}? Run {listing}" if near else f"run {listing}"
