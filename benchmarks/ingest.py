"""`cinelake ingest` of a file with a million rows, compared with a copy of the file."""

import gzip
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.harness import COMMAND, Api, Line, Outcome, run
from cinelake.imdb.kinds import KINDS, NULL, Kind

_ROWS = 1_100_000
_BYTES_A_ROW = 149
"""As in a real movies.csv: over a million rows, 164 MB."""
_NO_API = Api("http://127.0.0.1:9", "none")


def write_file(path: Path, kind: Kind, rows: int = _ROWS) -> None:
    """Write an invented file of a kind: ten rows for each title, one for each artist."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(kind.separator.join(kind.columns) + "\n")
        for number in range(rows):
            fields = _invent(number, number if kind.is_id_unique else number // 10)
            line = kind.separator.join(fields.get(name, NULL) for name in kind.columns)
            padding = "é".ljust(max(0, _BYTES_A_ROW - len(line) - 2), "y") if kind.format == "CSV" else ""
            file.write(line + padding + "\n")


def _invent(number: int, title: int) -> dict[str, str]:
    """The columns of a row, of any kind; names occur in several titles."""
    person, name = number * 7919 % 400_000, f"Bruna Example {number * 7919 % 400_000}"
    imdb_id, year, rating, minutes = (
        f"tt{title:07}",
        str(1901 + title % 100),
        f"{title % 90 / 10 + 1:.1f}",
        str(title % 100 + 13),
    )
    lantern, characters = f'The "Lantern" of Ostrava {title}', f'["Keeper {number % 1000}","Bruna"]'
    category = ("actor", "actress", "director", "self", "writer")[number % 5]
    users = {
        "id": imdb_id,
        "tituloPincipal": lantern,
        "anoLancamento": year,
        "tempoMinutos": minutes,
        "genero": "Drama,War",
    }
    users |= {"notaMedia": rating, "numeroVotos": str(title), "generoArtista": category, "personagem": characters}
    users |= {"nomeArtista": name, "anoNascimento": str(1901 + person % 100), "profissao": "actor,writer"}
    users |= {"titulosMaisConhecidos": imdb_id}
    own = {"tconst": imdb_id, "primaryTitle": lantern, "startYear": year, "runtimeMinutes": minutes, "genres": "Drama,War"}
    own |= {"averageRating": rating, "numVotes": str(title), "ordering": str(number % 10 + 1), "nconst": f"nm{number:07}"}
    own |= {"category": category, "characters": characters, "primaryName": name, "birthYear": str(1901 + person % 100)}
    return users | own


def _ingest(path: Path, lake: str, *variables: str) -> Outcome:
    return run(["env", *variables, COMMAND, "ingest", str(path), "--lake", lake, "--json"], _NO_API)


def _copy(path: Path, target: Path) -> float:
    """Seconds to copy a file and sync it to the disk."""
    began = time.perf_counter()
    subprocess.run(["cp", str(path), str(target)], check=True)
    subprocess.run(["sync", str(target)], check=True)
    return time.perf_counter() - began


@contextmanager
def _serve_bucket(folder: Path) -> Iterator[tuple[str, ...]]:
    """Serve S3 on loopback from a folder; yields the variables to reach it."""
    (folder / "lakes").mkdir(parents=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [str(Path(sys.executable).with_name("rclone")), "serve", "s3", "--auth-key", "bench,bench", str(folder)]
    process = subprocess.Popen([*command, "--addr", address], stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen(f"http://{address}", timeout=1).close()
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.1)  # noqa: TID251 - the process is starting
            else:
                break
        yield "AWS_ACCESS_KEY_ID=bench", "AWS_SECRET_ACCESS_KEY=bench", f"AWS_ENDPOINT_URL=http://{address}"
    finally:
        process.terminate()
        process.wait()


def _compare(name: str, outcome: Outcome, anchor: str) -> list[Line]:
    file = json.loads(outcome.stdout)["files"][0]
    done = outcome.code == 0 and file["ingest"]["rows"] == _ROWS
    took = f"{outcome.wall_s:.2f} s ({outcome.cpu_s:.2f} s CPU), {file['state']}"
    return [
        Line(f"peak memory, {name}", "under 200 MB", "-", f"{outcome.peak_mb:.0f} MB", done and outcome.peak_mb < 200),
        Line(f"time, {name}", "under 10 s", anchor, took, done and outcome.wall_s < 10),
    ]


def measure_ingest() -> list[Line]:
    """A million rows into a folder and a bucket, plain and gzipped, once and again; and a million ids of a kind."""
    with tempfile.TemporaryDirectory(prefix="cinelake-bench-") as name:
        folder = Path(name)
        path, packed, ratings = folder / "movies.csv", folder / "movies.csv.gz", folder / "title.ratings.tsv"
        write_file(path, KINDS[0])
        write_file(ratings, KINDS[3])
        with path.open("rb") as plain, gzip.open(packed, "wb", compresslevel=1) as out:
            shutil.copyfileobj(plain, out)
        os.sync()
        megabytes = path.stat().st_size / 1e6
        anchor = f"cp and sync: {_copy(path, folder / 'copy'):.2f} s"
        lake = str(folder / "lake")
        lines = _compare(f"{_ROWS:,} rows, {megabytes:.0f} MB, folder", _ingest(path, lake), anchor)
        lines += _compare("the same again", _ingest(path, lake), anchor)
        lines += _compare("gzipped, folder", _ingest(packed, lake), f"cp and sync: {_copy(packed, folder / 'copy'):.2f} s")
        lines += _compare("ids in one row each, folder", _ingest(ratings, lake), "-")
        with _serve_bucket(folder / "served") as variables:
            lines += _compare("bucket", _ingest(path, "s3://lakes/films", *variables), anchor)
    return lines
