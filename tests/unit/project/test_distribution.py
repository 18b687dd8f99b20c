"""What users download: the wheel with its files, and the page that a package index shows."""

import email
import re
import subprocess
import sys
import tomllib
import zipfile
from email.message import Message
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return email.message_from_bytes(archive.read(name))


def test_the_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "src/cinelake"]
    files = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    expected = {name.removeprefix("src/") for name in files if (ROOT / name).is_file()}
    with zipfile.ZipFile(wheel) as archive:
        assert expected - set(archive.namelist()) == set()


def test_the_questions_are_resources_of_the_installed_package(wheel: Path) -> None:
    code = (
        "from importlib.resources import files\n"
        "for path in (files('cinelake') / 'questions').iterdir(): print(path.name, len(path.read_text()))"
    )
    environment = {"PYTHONPATH": str(wheel)}
    done = subprocess.run([sys.executable, "-S", "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    questions = {path.name: len(path.read_text()) for path in (ROOT / "docs/questions").iterdir()}
    assert {name: int(size) for name, size in map(str.split, done.stdout.splitlines())} == questions


def test_the_index_page_has_absolute_links_only(metadata: Message) -> None:
    page = str(metadata.get_payload())
    assert len(page) > 1000
    source = PROJECT["urls"]["Source"]
    targets = re.findall(r"\]\(([^)\s]+)|(?:src|srcset|href)=\"([^\"]+)", page)
    links = [first or second for first, second in targets]
    assert [link for link in links if not link.startswith(("https://", "#"))] == []
    inside = {link for link in links if link.startswith(source)}
    assert inside
    for link in inside:
        path = re.sub(r"^/(?:blob|raw)/main/", "", link.removeprefix(source).split("#")[0])
        assert (ROOT / path).exists(), link
