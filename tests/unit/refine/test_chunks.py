"""How the files of a run are divided into chunks, each of which is typed in memory."""

from datetime import date

from cinelake.refine.trusted.chunks import plan_chunks
from cinelake.refine.trusted.raw_files import RawFile

DAY = date(2026, 11, 23)


def _file(name: str, size: int, number: int = 1, batch: int = 1) -> RawFile:
    key = f"Raw/TMDB/JSON/Movies/2026/11/23/{name}-{batch}.json"
    return RawFile(key, "movie", DAY, DAY, number, name, None, size, "0" * 64, 100)


def _names(files: list[RawFile], most_bytes: int) -> list[list[str]]:
    return [[file.key.rpartition("/")[2] for file in chunk.files] for chunk in plan_chunks(files, most_bytes)]


def test_neighbouring_windows_share_a_chunk_up_to_the_limit() -> None:
    files = [_file(f"genre-80-{year}-{year + 4}", 40) for year in (1990, 1995, 2000)]
    assert [len(chunk) for chunk in _names(files, 100)] == [2, 1]


def test_a_window_of_one_slice_is_cut_at_the_limit() -> None:
    files = [_file("all-ids-0-99999", 40, batch=n) for n in range(1, 8)]
    assert [len(chunk) for chunk in _names(files, 100)] == [2, 2, 2, 1]


def test_slices_of_a_window_stay_together_until_they_are_too_large_for_the_memory() -> None:
    small = [_file(f"genre-{genre}-2000-2004", 80, batch=n) for genre in (80, 18) for n in (1, 2)]
    assert [len(chunk) for chunk in _names(small, 100)] == [4]
    large = [_file(f"genre-{genre}-2000-2004", 200_000_000, batch=n) for genre in (80, 18) for n in (1, 2)]
    assert [len(chunk) for chunk in _names(large, 100)] == [1, 1, 1, 1]


def test_runs_share_no_chunk_and_later_ones_leave_earlier_ones_alone() -> None:
    first = [_file("genre-80-1990-1994", 40), _file("genre-80-1995-1999", 40)]
    later = [_file("genre-80-1990-1994", 40, number=2, batch=2)]
    assert plan_chunks(first + later, 100)[:1] == plan_chunks(first, 100)
