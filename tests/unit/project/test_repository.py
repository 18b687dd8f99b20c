"""The repository as a whole: locks, Make targets, version, addresses and secrets."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from cinelake import __version__

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = ("requirements.lock", "requirements-dev.lock")


def _read_files() -> dict[str, str]:
    """Return every text file of the repository, tracked or untracked."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return {name: (ROOT / name).read_text(errors="replace") for name in names if (ROOT / name).is_file()}


def _read_lock(name: str) -> dict[str, list[str]]:
    """Return the lines of each requirement by its name."""
    requirements: dict[str, list[str]] = {}
    package = ""
    for line in (ROOT / name).read_text().splitlines():
        if line and not line.startswith((" ", "#")):
            package = re.split(r"[=\[ ]", line)[0]
            requirements[package] = []
        if package:
            requirements[package].append(line)
    return requirements


def _read_targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))


def _normalise(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=;~! ]", requirement)[0]).lower()


def _read_group(name: str) -> list[str]:
    """Return the requirements of a dependency group and of the groups it includes."""
    found: list[str] = []
    for entry in PROJECT["dependency-groups"][name]:
        found += [entry] if isinstance(entry, str) else _read_group(entry["include-group"])
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_lock_pins_each_requirement_with_hashes(name: str) -> None:
    for package, lines in _read_lock(name).items():
        assert re.match(rf"{re.escape(package)}==\S+", lines[0]), lines[0]
        assert any(re.search(r"--hash=sha256:[0-9a-f]{64}", line) for line in lines), package


@pytest.mark.parametrize("name", LOCKS)
def test_lock_contains_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    assert not re.findall(r"^--|https?:|--(?:extra-)?index-url|--find-links|\bfile:", text, flags=re.MULTILINE)


def test_locks_cover_all_requirements_with_the_same_versions() -> None:
    runtime, development = _read_lock("requirements.lock"), _read_lock("requirements-dev.lock")
    needed = PROJECT["project"]["dependencies"]
    extras = PROJECT["project"]["optional-dependencies"]
    assert {_normalise(requirement) for requirement in [*needed, *_read_group("build")]} <= set(runtime)
    assert {_normalise(requirement) for requirement in [*_read_group("dev"), *extras["aws"], *extras["spark"]]} <= set(
        development
    )
    versions = {name: lines[0].split()[0] for name, lines in development.items()}
    assert {name: lines[0].split()[0] for name, lines in runtime.items()}.items() <= versions.items()


def test_demo_installs_little() -> None:
    runtime = set(_read_lock("requirements.lock"))
    assert len(runtime) <= 32
    assert runtime.isdisjoint({"boto3", "mypy", "pandas", "pyarrow", "pyspark", "pytest"})


def test_extra_all_contains_every_extra() -> None:
    extras = PROJECT["project"]["optional-dependencies"]
    assert set(extras) == {"aws", "spark", "pandas", "polars", "arrow", "excel", "iceberg", "all"}
    (requirement,) = extras["all"]
    assert requirement == f"cinelake[{','.join(name for name in extras if name != 'all')}]"


def test_only_pyproject_names_the_public_address() -> None:
    address, contact = PROJECT["project"]["urls"]["Source"], PROJECT["project"]["authors"][0]["email"]
    named = {name for name, text in _read_files().items() if address in text or contact in text}
    assert named == {"pyproject.toml"}


def test_make_help_lists_each_target() -> None:
    targets = _read_targets()
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert phony is not None
    assert set(phony[1].split()) == targets
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^make (\S+) +\w", shown, flags=re.MULTILINE)) == targets


@pytest.mark.parametrize(
    "path",
    [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))],
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_documented_make_targets_exist(path: Path) -> None:
    text = path.read_text()
    named = set(re.findall(r"`make ([a-z-]+)", text)) | set(re.findall(r"^make ([a-z-]+)", text, flags=re.MULTILINE))
    assert named <= _read_targets()


@pytest.mark.parametrize(
    "name", ["CONTRIBUTING.md", "SECURITY.md", "CODE_OF_CONDUCT.md", ".github/PULL_REQUEST_TEMPLATE.md"]
)
def test_contributor_pages_link_to_files_and_targets_that_exist(name: str) -> None:
    text = (ROOT / name).read_text()
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert [link for link in links if not (ROOT / name).parent.joinpath(link).exists()] == []
    paths = [path for path in re.findall(r"`((?:src|tests|docs|tools)/[\w./]+)`", text) if "NAME" not in path]
    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert set(re.findall(r"(?:`|^)make ([a-z-]+)", text, flags=re.MULTILINE)) <= _read_targets()


def test_ci_tests_the_versions_of_python_that_the_metadata_names() -> None:
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["project"]["classifiers"]))
    tested = re.search(r"python: \[(.+)\]", (ROOT / ".github/workflows/ci.yml").read_text())
    assert tested is not None
    assert named == re.findall(r"3\.\d+", tested[1])


def test_workflows_pin_each_action_to_a_commit() -> None:
    for path in (ROOT / ".github/workflows").iterdir():
        used = re.findall(r"uses: (\S+)", path.read_text())
        assert [action for action in used if not re.search(r"@[0-9a-f]{40}$", action)] == []


def test_ci_runs_make_test() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text()
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_version_is_the_same_everywhere() -> None:
    newest = re.search(r"^## \[(\d\S*)\]", (ROOT / "CHANGELOG.md").read_text(), flags=re.MULTILINE)
    assert newest is not None
    assert newest[1] == PROJECT["project"]["version"] == __version__


def test_no_file_contains_a_local_path_or_a_package_index() -> None:
    patterns = "|".join(("/wor" + "k/", "/hom" + "e/", "/roo" + "t/", "/User" + "s/", "py" + "pi.org", "python" + "hosted"))
    files = _read_files()
    assert "README.md" in files
    named = {name: re.findall(patterns, text) for name, text in files.items()}
    assert not {name: found for name, found in named.items() if found}


def test_no_file_contains_credentials_or_an_account_number() -> None:
    kinds = (
        r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
        r"\beyJ[\w-]{20,}\.[\w-]{20,}\.",
        r"arn:aws:[\w-]+:[\w-]*:(?!123456789012)\d{12}:",
    )
    found = {name: re.findall("|".join(kinds), text) for name, text in _read_files().items()}
    assert {name: keys for name, keys in found.items() if keys} == {}
    assert re.search(kinds[2], "arn:aws:iam::21098765" + "4321:role/x")
