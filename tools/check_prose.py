"""Rejects phrases that do not belong in the project's prose: `python -m tools.check_prose [FILE …]`, part of `make lint`.

Prose is Markdown text, comments, string literals with a space in them (docstrings, messages), and the names of tests.
Code in backticks and in fenced blocks is not. tools/prose.toml lists the phrases, what to write instead, and exceptions.
"""

import io
import re
import subprocess
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parent.parent
CONFIG = ROOT / "tools" / "prose.toml"
_FOLDERS = ("src/", "docs/", "tests/", "infra/", "benchmarks/", "tools/", ".github/")
_HASH = {".sh", ".yaml", ".yml", ".toml", ".in"}
_SLASH = {".js", ".ts", ".css"}
_CODE_IN_MARKDOWN = re.compile(r"^```.*?^```|<!--.*?-->|`[^`\n]*`|\]\([^)\n]*\)", re.DOTALL | re.MULTILINE)
_COMMENT = {
    "#": re.compile(r"(?:^|(?<=\s))#[^\n]*", re.MULTILINE),
    "--": re.compile(r"--[^\n]*"),
    "//": re.compile(r"(?:^|(?<=\s))//[^\n]*|/\*.*?\*/", re.DOTALL | re.MULTILINE),
}
_IN_BACKTICKS = re.compile(r"`[^`\n]*`")
_IN_BRACES = re.compile(r"\{[^{}\n]*\}")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A pattern, what to write instead, and the files to which it applies."""

    pattern: re.Pattern[str]
    write: str
    files: str


@dataclass(frozen=True, slots=True)
class Rules:
    """The phrases, and the exceptions: pairs of a pattern of file names and a piece of a line."""

    phrases: tuple[Phrase, ...]
    allowed: tuple[tuple[str, str], ...]

    def allow(self, name: str, line: str) -> bool:
        """Return whether an exception covers this line of a file."""
        return any(fnmatch(name, files) and text in line for files, text in self.allowed)


@dataclass(frozen=True, slots=True)
class Finding:
    """A phrase that was found."""

    name: str
    line: int
    found: str
    write: str

    def __str__(self) -> str:
        return f'{self.name}:{self.line}: "{self.found}": write {self.write}'


def read_rules(path: Path = CONFIG) -> Rules:
    """Read the phrases and exceptions. A blank in a phrase matches any white space, so also the end of a line."""
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    phrases = tuple(
        Phrase(_compile(entry["find"], is_exact=entry.get("case", False)), entry["write"], entry.get("files", "*"))
        for entry in document["phrase"]
    )
    return Rules(phrases, tuple((entry["file"], entry.get("text", "")) for entry in document.get("allow", ())))


def check_text(name: str, text: str, rules: Rules) -> Iterator[Finding]:
    """Yield the phrases in a file that no exception covers."""
    prose = mask_code(name, text)
    lines = text.splitlines()
    for phrase in rules.phrases:
        if not fnmatch(name, phrase.files):
            continue
        for match in phrase.pattern.finditer(prose):
            number = prose.count("\n", 0, match.start()) + 1
            if not rules.allow(name, lines[number - 1]):
                yield Finding(name, number, " ".join(match[0].split()), phrase.write)


def mask_code(name: str, text: str) -> str:
    """Replace all but the prose of a file by blanks; lines stay where they are."""
    path = Path(name)
    if path.suffix == ".md":
        return _CODE_IN_MARKDOWN.sub(lambda match: _blank(match[0]), text)
    if path.suffix == ".py":
        return _mask_python(text)
    if path.suffix == ".sql":
        return _keep(_COMMENT["--"], text)
    if path.suffix in _SLASH:
        return _keep(_COMMENT["//"], text)
    if path.suffix in _HASH or path.name in {"Makefile", "Dockerfile"}:
        return _keep(_COMMENT["#"], text)
    return ""


def list_files() -> list[str]:
    """List the files to check: those that git tracks or could track, without third-party ones."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [
        name
        for name in names
        if (name.startswith(_FOLDERS) or "/" not in name) and "/vendor/" not in name and (ROOT / name).is_file()
    ]


def main(names: list[str]) -> int:
    """Check files, print what was found, and return the exit code."""
    rules = read_rules()
    findings = [
        finding
        for name in names or list_files()
        for finding in check_text(name, (ROOT / name).read_text(encoding="utf-8", errors="replace"), rules)
    ]
    for finding in sorted(findings, key=lambda each: (each.name, each.line)):
        print(finding)
    if findings:
        print(f"{len(findings)} phrases to rewrite. tools/prose.toml lists them, and takes exceptions.", file=sys.stderr)
    return 1 if findings else 0


def _compile(find: str, *, is_exact: bool) -> re.Pattern[str]:
    spaced = find.replace(" ", r"\s+")
    return re.compile(rf"\b(?:{spaced})(?!\w)", 0 if is_exact else re.IGNORECASE)


def _mask_python(text: str) -> str:
    """Keep comments, strings with a blank in them, and names of tests, whose underscores become blanks."""
    masked = [list(_blank(line)) for line in text.splitlines(keepends=True)]
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        kept = _find_prose(token)
        if kept:
            _put(masked, token.start, kept)
    return "".join(character for line in masked for character in line)


def _find_prose(token: tokenize.TokenInfo) -> str:
    """The prose of a token, as long as the token; empty if it has none."""
    kind = tokenize.tok_name[token.type]
    if kind == "NAME" and token.string.startswith("test_"):
        return token.string.replace("_", " ")
    if kind == "COMMENT":
        return _IN_BACKTICKS.sub(lambda match: _blank(match[0]), " " + token.string[1:])
    if kind in {"STRING", "FSTRING_MIDDLE"} and " " in token.string:
        text = re.sub(r"^[a-zA-Z]*(\"\"\"|'''|\"|')|(\"\"\"|'''|\"|')$", lambda match: _blank(match[0]), token.string)
        return _IN_BACKTICKS.sub(lambda match: _blank(match[0]), _IN_BRACES.sub(lambda match: _blank(match[0]), text))
    return ""


def _put(masked: list[list[str]], start: tuple[int, int], text: str) -> None:
    row, column = start
    for line in text.splitlines(keepends=True):
        masked[row - 1][column : column + len(line)] = line
        row, column = row + 1, 0


def _keep(pattern: re.Pattern[str], text: str) -> str:
    """Replace all but the matches by blanks, and the signs of the comments, too."""
    kept = list(_blank(text))
    for match in pattern.finditer(text):
        comment = re.sub(r"^(\s*)(#|--|//|/\*)", lambda sign: _blank(sign[0]), match[0], flags=re.MULTILINE)
        kept[match.start() : match.end()] = _IN_BACKTICKS.sub(lambda code: _blank(code[0]), comment)
    return "".join(kept)


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
