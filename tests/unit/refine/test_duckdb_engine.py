"""DuckDB as an engine: memory limits, and many small files."""

import json
from pathlib import Path

import pytest

from cinelake.errors import IncompleteError
from cinelake.refine.engines.duckdb_engine import DuckDbEngine, choose_memory, open_duckdb
from cinelake.refine.fields import MOVIE, build_columns

FILES, MEMORY_MB = 1_500, 200


def test_thousands_of_small_files_fit_into_little_memory(tmp_path: Path) -> None:
    paths = []
    for number in range(FILES):
        path = tmp_path / f"{number}.json"
        path.write_text(
            json.dumps([{"id_tmdb": number, "title": f"Film {number}", "genres": [{"id": 1, "name": "Crime"}]}])
        )
        paths.append(str(path))
    engine = DuckDbEngine(tmp_path, MEMORY_MB)
    try:
        engine.load_files("raw_movies", build_columns(MOVIE), paths)
        found = engine.query("SELECT count(*), count(DISTINCT id_tmdb), count(DISTINCT raw_path) FROM raw_movies")
    finally:
        engine.close()
    assert found == [(FILES, FILES, FILES)]


def test_memory_limit_is_applied(tmp_path: Path) -> None:
    for most_mb, raw_bytes, shown in ((1_804, 9_000_000_000, "1.6 GiB"), (1_804, 0, "953.6 MiB")):
        with open_duckdb(tmp_path, raw_bytes, most_mb=most_mb) as engine:
            assert engine.query("SELECT current_setting('memory_limit')") == [(shown,)]


@pytest.mark.parametrize(
    ("raw_bytes", "machine_mb", "most_mb", "memory_mb"),
    [
        (0, 24_000, 4_000, 1_000),
        (1_000_000_000, 24_000, 4_000, 2_000),
        (10**12, 24_000, 4_000, 4_000),
        (10**12, 5_000, 4_000, 2_500),
        (10**12, 24_000, 1_800, 1_800),
        (10**12, 512, 4_000, 1_000),
    ],
)
def test_memory_grows_with_raw_within_limits(raw_bytes: int, machine_mb: int, most_mb: int, memory_mb: int) -> None:
    assert choose_memory(raw_bytes, machine_mb, most_mb) == memory_mb


def test_invalid_input_is_reported(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_bytes(b'[{"id_tmdb": 1')
    with open_duckdb(tmp_path) as engine, pytest.raises(IncompleteError, match="DuckDB cannot build table raw_movies"):
        engine.load_files("raw_movies", {"id_tmdb": "BIGINT"}, [str(broken)])
