"""The growth of a build up to a catalogue as large as TMDB's, with casts and keywords: seconds and memory."""

from datetime import date
from pathlib import Path

from benchmarks.harness import Line, temporary_lake
from benchmarks.refine import compare
from cinelake.lake.keys import SliceKey
from cinelake.sandbox.catalogue.catalogue import Catalogue, render_detail
from cinelake.sandbox.catalogue.parts import render_part
from cinelake.sandbox.catalogue.texts import MediaTitles

_DAY = date(2026, 11, 23)
_BATCH = 100
_PARTS = ("credits", "keywords", "external_ids", "release_dates")
_SIZES = (75_000, 300_000, 1_200_000)


def _render(titles: MediaTitles, position: int) -> str:
    """A record as `extract --append` leaves it in Raw."""
    parts = "".join(f',"{name}":{render_part(titles, position, name)}' for name in _PARTS)
    return f'{{"id_tmdb":{titles.columns.ids[position]},{render_detail(titles, position)[1:-1]}{parts}}}'


def write_lake(folder: Path, films: int) -> None:
    """Write films of the sandbox into Raw without manifests: their extraction would take hours."""
    titles = Catalogue(films, 0, seed=1, today=_DAY).films
    slice_key = SliceKey("Movies", _DAY, "all-undated")
    for number, start in enumerate(range(0, films, _BATCH), 1):
        records = [_render(titles, position) for position in range(start, min(start + _BATCH, films))]
        path = folder / slice_key.raw(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(("[" + ",\n".join(records) + "]").encode())


def measure_tables(sizes: tuple[int, ...] = _SIZES) -> list[Line]:
    """`cinelake build` of up to 1,200,000 sandbox films with credits. Takes about a quarter of an hour."""
    lines, micros, ratios = [], [], []
    for films in sizes:
        with temporary_lake() as lake:
            write_lake(lake, films)
            found = compare(lake, runs=1)
        micros.append(found.build_s / found.titles * 1e6)
        ratios.append(found.ratio)
        ours = f"{found.build_s:.1f} s, {found.ratio:.1f} times, {found.peak_mb:,.0f} MB"
        anchor = f"mere read: {found.read_s:.1f} s"
        lines.append(Line(f"build, {found.titles:,} films, CPU", "under 6,000 MB", anchor, ours, found.peak_mb < 6000))
    growth, change = micros[-1] / micros[0], ratios[-1] / ratios[0]
    each = " ".join(f"{micro:.0f}" for micro in micros)
    lines.append(
        Line("µs a film, largest against smallest", "at most 1.2 times", each, f"{growth:.2f} times", growth <= 1.2)
    )
    rates = " ".join(f"{ratio:.1f}" for ratio in ratios)
    lines.append(Line("times the mere read, the same", "at most 1.1 times", rates, f"{change:.2f} times", change <= 1.1))
    return lines
