"""The tables of the page about one run: slices by genre, quarantined titles, processes, cost. Values in, HTML out.

Invariant: every text passes `escape`; a sign and a word mark what is missing, never a colour alone.
"""

from collections import defaultdict
from collections.abc import Sequence
from html import escape

from cinelake.run_report.formats import NONE, format_dollars, format_duration, format_instant, format_share, format_size
from cinelake.run_report.sentences import list_costs
from cinelake.run_report.values import ProcessSummary, QuarantinedTitle, RunCost, SliceSummary

SIGNS = {
    "complete": "✓",
    "incomplete": "▲",
    "listed": "◐",
    "waiting": "○",
    "unfinished": "◐",
    "stopped": "■",
    "failed": "✕",
    "running": "▶",
}
_WORST_FIRST = ("incomplete", "waiting", "listed", "complete")
_ENDINGS = {"stopped": "stopped on request", "failed": "stopped by an error", "running": "running or killed"}
_COUNTS = ("expected", "listed", "fetched", "gone", "quarantined", "unproven", "files", "size")


def draw_slices(slices: Sequence[SliceSummary]) -> str:
    """Genres with their windows; a genre in which something is missing starts open."""
    if not slices:
        return "<p>The plan has no slices.</p>"
    genres: dict[str, list[SliceSummary]] = defaultdict(list)
    for each in slices:
        genres[each.genre].append(each)
    bodies = "".join(_draw_genre(f"genre-{n}", genre, windows) for n, (genre, windows) in enumerate(genres.items()))
    total = sum_slices("total", slices)
    foot = f"<tfoot><tr>{_head_cell('total')}{_slice_cells(total, _describe_states(slices))}</tr></tfoot>"
    return _table("slices", ("slice", "state", "stored"), _COUNTS, bodies + foot)


def draw_quarantined(titles: Sequence[QuarantinedTitle]) -> str:
    """Each title that could not be fetched, and why."""
    rows = "".join(
        f"<tr>{_head_cell(str(title.id))}<td>{escape(title.slice)}</td><td>{escape(title.reason)}</td></tr>"
        for title in titles
    )
    return _table("quarantined", ("id", "slice", "reason"), (), f"<tbody>{rows}</tbody>")


def draw_processes(processes: Sequence[ProcessSummary]) -> str:
    """Each process that worked on the run."""
    if not processes:
        return "<p>No process recorded a trace.</p>"
    counts = ("worked", "requests", "per second", "refused", "failed")
    rows = "".join(map(_draw_process, processes))
    return _table("processes", ("started (UTC)", "ended", "where"), counts, f"<tbody>{rows}</tbody>")


def draw_cost(cost: RunCost) -> str:
    """The cost of the run, by AWS service."""
    rows = "".join(
        f'<tr>{_head_cell(service)}<td class="number">{amount}</td><td class="number">{price}</td></tr>'
        for service, amount, price in list_costs(cost)
    )
    total = format_dollars(cost.dollars)
    foot = f'<tfoot><tr>{_head_cell("total")}<td></td><td class="number">{total}</td></tr></tfoot>'
    return _table("cost", ("service",), ("used", "dollars"), f"<tbody>{rows}</tbody>{foot}")


def sum_slices(name: str, slices: Sequence[SliceSummary]) -> SliceSummary:
    """The sum of slices, in the worst of their states."""
    states = {each.state for each in slices}
    return SliceSummary(
        name=name,
        genre=name,
        window="",
        state=next((state for state in _WORST_FIRST if state in states), "complete"),
        expected=sum(each.expected for each in slices),
        listed=sum(each.listed for each in slices),
        fetched=sum(each.fetched for each in slices),
        gone=sum(each.gone for each in slices),
        quarantined=sum(each.quarantined for each in slices),
        unproven=sum(each.unproven for each in slices),
        files=sum(each.files for each in slices),
        bytes=sum(each.bytes for each in slices),
        kept=sum(each.kept for each in slices),
    )


def _starts_open(windows: Sequence[SliceSummary]) -> bool:
    """Whether something is missing from a genre, or only some of its windows are done."""
    states = {each.state for each in windows}
    return any(map(_is_missing_titles, windows)) or not (states <= {"complete"} or states <= {"waiting"})


def _draw_genre(key: str, genre: str, windows: Sequence[SliceSummary]) -> str:
    total = sum_slices(genre, windows)
    is_open = "true" if _starts_open(windows) else "false"
    button = f'<button type="button" aria-expanded="{is_open}" aria-controls="{key}">{escape(genre)}</button>'
    head = f'<tr><th scope="row">{button}</th>{_slice_cells(total, _describe_states(windows))}</tr>'
    rows = "".join(map(_draw_window, windows))
    return f'<tbody class="genre">{head}</tbody><tbody class="windows" id="{key}">{rows}</tbody>'


def _draw_window(each: SliceSummary) -> str:
    cells = _slice_cells(each, _describe_state(each))
    return f"<tr{_row_class(each)}>{_head_cell(each.window, each.name)}{cells}</tr>"


def _slice_cells(each: SliceSummary, state: str) -> str:
    counts = (each.expected, each.listed, each.fetched, each.gone)
    numbers = "".join(_number_cell(number) for number in counts)
    numbers += "".join(_number_cell(number, "problem") for number in (each.quarantined, each.unproven))
    numbers += _number_cell(each.files) + _number_cell(each.bytes, text=format_size(each.bytes))
    return f"<td>{_sign(each.state, state)}</td><td>{_bar(each)}</td>{numbers}"


def _number_cell(number: int, kind: str = "", text: str = "") -> str:
    """A number: zero is muted, and any other has the class `kind`."""
    kinds = f"number {kind if number else 'none'}".rstrip()
    return f'<td class="{kinds}">{text if text and number else f"{number:,}"}</td>'


def _bar(each: SliceSummary) -> str:
    """The share of titles that are stored; titles that are gone are drawn, but not counted."""
    if not each.expected:
        return f'<span class="bar"><span>{NONE}</span></span>'
    stored = min(100.0, 100 * each.stored / each.expected)
    gone = min(100 - stored, 100 * each.gone / each.expected)
    drawn = f'<rect class="stored" width="{stored:.2f}%"/><rect class="gone" x="{stored:.2f}%" width="{gone:.2f}%"/>'
    text = format_share(each.stored, max(each.expected - each.gone, each.stored))
    return f'<span class="bar"><svg aria-hidden="true" width="72" height="8">{drawn}</svg><span>{text}</span></span>'


def _draw_process(process: ProcessSummary) -> str:
    where = "not on AWS" if process.memory_mb is None else f"Lambda, {process.memory_mb:,} MB"
    rate = f"{process.requests / process.seconds:,.1f}" if process.seconds else NONE
    counts = (f"{process.requests:,}", rate, f"{process.refused:,}", f"{process.failed:,}")
    cells = "".join(f'<td class="number">{text}</td>' for text in (format_duration(process.seconds), *counts))
    ending = _sign(process.ending, _ENDINGS.get(process.ending, process.ending))
    return f"<tr>{_head_cell(format_instant(process.started_at))}<td>{ending}</td><td>{where}</td>{cells}</tr>"


def _describe_state(each: SliceSummary) -> str:
    """The state; a complete slice may have a few unproven titles, because that many are tolerated."""
    return f"{each.state}, {each.unproven:,} unproven" if each.state == "complete" and each.unproven else each.state


def _describe_states(slices: Sequence[SliceSummary]) -> str:
    states = [each.state for each in slices]
    worst = sum_slices("", slices).state
    return f"{states.count(worst):,} of {len(states):,} {worst}"


def _sign(state: str, text: str) -> str:
    sign = SIGNS.get(state, "")
    return f'<span class="state {escape(state)}"><span aria-hidden="true">{sign}</span> {escape(text)}</span>'


def _is_missing_titles(each: SliceSummary) -> bool:
    """Whether titles are missing that the run does not fetch any more."""
    return each.state == "incomplete" or each.quarantined > 0 or each.unproven > 0


def _row_class(each: SliceSummary) -> str:
    kind = "missing" if _is_missing_titles(each) else "" if each.expected else "empty"
    return f' class="{kind}"' if kind else ""


def _head_cell(text: str, title: str = "") -> str:
    hint = f' title="{escape(title)}"' if title else ""
    return f'<th scope="row"{hint}>{escape(text)}</th>'


def _table(key: str, texts: Sequence[str], numbers: Sequence[str], bodies: str) -> str:
    """A table in a container that scrolls; columns of texts come before columns of numbers."""
    heads = "".join(f'<th scope="col">{name}</th>' for name in texts)
    heads += "".join(f'<th scope="col" class="number">{name}</th>' for name in numbers)
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-labelledby="{key}-title">'
        f'<table class="{key}" aria-labelledby="{key}-title"><thead><tr>{heads}</tr></thead>{bodies}</table></div>'
    )
