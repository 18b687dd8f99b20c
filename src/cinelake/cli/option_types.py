"""Types of option values whose errors name the option, the value and what is allowed."""

from collections.abc import Sequence

import click

from cinelake.errors import UsageError


class InvalidInputError(click.UsageError):
    """What click cannot parse, in the form of cinelake's own errors."""

    def __init__(self, error: UsageError) -> None:
        super().__init__(error.message)
        self.error = error


class WholeNumber(click.ParamType):
    """A whole number, within bounds if they are given."""

    name = "number"

    def __init__(self, least: int | None = None, most: int | None = None) -> None:
        self._least = least
        self._most = most

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:  # noqa: ARG002, D102 - as its base class says
        try:
            number = int(str(value))
        except ValueError:
            number = None
        if number is None or not self._allows(number):
            raise _refuse(param, value, f"use a whole number{self._describe_bounds()}")
        return number

    def _allows(self, number: int) -> bool:
        return (self._least is None or number >= self._least) and (self._most is None or number <= self._most)

    def _describe_bounds(self) -> str:
        if self._least is None:
            return ""
        return f" of at least {self._least}" if self._most is None else f" from {self._least} to {self._most}"


class OneOf(click.ParamType):
    """One of a few words."""

    name = "word"

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002, D102 - as its base class says
        if value not in self._words:
            raise _refuse(param, value, f"use {' or '.join(self._words)}")
        return str(value)


def _refuse(param: click.Parameter | None, value: object, hint: str) -> InvalidInputError:
    name = param.opts[0] if param else "value"
    return InvalidInputError(UsageError(f'invalid {name} "{value}"', hint=hint))
