"""DuckDB as the engine: a lake of many days is thousands of small files, and fits like one of few large ones."""

import json
from pathlib import Path

from cinelake.refine.engines.duckdb_engine import DuckDbEngine
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
