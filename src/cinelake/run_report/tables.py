"""Owns the tables of the page: slices as a tree, lost titles, processes, costs. Values in, HTML out.

Invariant: every text passes `escape`; what is missing is marked by a sign and a word, never by colour alone.
"""

from collections import defaultdict
from collections.abc import Sequence
from html import escape

from cinelake.run_report.sentences import NONE, dollars, duration, list_costs, share, size, stamp
from cinelake.run_report.values import Cost, Lost, ProcessPicture, SlicePicture

SIGNS = {
    "complete": "✓",
    "short": "▲",
    "incomplete": "▲",
    "listed": "◐",
    "waiting": "○",
    "unfinished": "◐",
    "stopped": "■",
    "failed": "✕",
    "running": "▶",
}
_WORST_FIRST = ("short", "waiting", "listed", "complete")
_ENDINGS = {"stopped": "stopped in good order", "failed": "ended by an error", "running": "running, or killed"}
_COUNTS = ("expected", "listed", "fetched", "gone", "quarantined", "unproven", "files", "size")


def draw_slices(slices: Sequence[SlicePicture]) -> str:
    """Genres with their windows; a genre in which something is missing is open."""
    if not slices:
        return "<p>No slice was planned.</p>"
    genres: dict[str, list[SlicePicture]] = defaultdict(list)
    for each in slices:
        genres[each.genre].append(each)
    bodies = "".join(_draw_genre(f"genre-{n}", genre, windows) for n, (genre, windows) in enumerate(genres.items()))
    whole = sum_slices("all", slices)
    foot = f"<tfoot><tr>{_head_cell('in all')}{_slice_cells(whole, _tell_states(slices))}</tr></tfoot>"
    return _table("slices", ("slice", "state", "held"), _COUNTS, bodies + foot)


def draw_lost(lost: Sequence[Lost]) -> str:
    """Each title that could not be had, and why."""
    rows = "".join(
        f"<tr>{_head_cell(str(title.id))}<td>{escape(title.slice)}</td><td>{escape(title.reason)}</td></tr>"
        for title in lost
    )
    return _table("lost", ("id", "slice", "reason"), (), f"<tbody>{rows}</tbody>")


def draw_processes(processes: Sequence[ProcessPicture]) -> str:
    """Each process that worked on the run."""
    if not processes:
        return "<p>No process left a trace.</p>"
    counts = ("worked", "requests", "a second", "refused", "failed")
    rows = "".join(map(_draw_process, processes))
    return _table("processes", ("started (UTC)", "ended", "where"), counts, f"<tbody>{rows}</tbody>")


def draw_cost(cost: Cost) -> str:
    """What the run cost, by service."""
    rows = "".join(
        f'<tr>{_head_cell(service)}<td class="number">{amount}</td><td class="number">{price}</td></tr>'
        for service, amount, price in list_costs(cost)
    )
    foot = f'<tfoot><tr>{_head_cell("in all")}<td></td><td class="number">{dollars(cost.dollars)}</td></tr></tfoot>'
    return _table("cost", ("service",), ("used", "dollars"), f"<tbody>{rows}</tbody>{foot}")


def sum_slices(name: str, slices: Sequence[SlicePicture]) -> SlicePicture:
    """Slices as one, in the worst of their states."""
    states = {each.state for each in slices}
    return SlicePicture(
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


def is_worth_a_look(windows: Sequence[SlicePicture]) -> bool:
    """Something is missing from a genre, or it is under way; one that only waits has nothing to show yet."""
    states = {each.state for each in windows}
    return any(map(_lacks, windows)) or not (states <= {"complete"} or states <= {"waiting"})


def _draw_genre(key: str, genre: str, windows: Sequence[SlicePicture]) -> str:
    whole = sum_slices(genre, windows)
    is_open = "true" if is_worth_a_look(windows) else "false"
    button = f'<button type="button" aria-expanded="{is_open}" aria-controls="{key}">{escape(genre)}</button>'
    head = f'<tr><th scope="row">{button}</th>{_slice_cells(whole, _tell_states(windows))}</tr>'
    rows = "".join(
        f"<tr{_mark(window)}>{_head_cell(window.window, window.name)}{_slice_cells(window, _tell_state(window))}</tr>"
        for window in windows
    )
    return f'<tbody class="genre">{head}</tbody><tbody class="windows" id="{key}">{rows}</tbody>'


def _slice_cells(each: SlicePicture, state: str) -> str:
    counts = (each.expected, each.listed, each.fetched, each.gone)
    numbers = "".join(_number_cell(number) for number in counts)
    numbers += "".join(_number_cell(number, "lack") for number in (each.quarantined, each.unproven))
    numbers += _number_cell(each.files) + _number_cell(each.bytes, text=size(each.bytes))
    return f"<td>{_sign(each.state, state)}</td><td>{_bar(each)}</td>{numbers}"


def _number_cell(number: int, kind: str = "", text: str = "") -> str:
    """A number; nothing is quiet, something of a `kind` is told apart."""
    kinds = f"number {kind if number else 'none'}".rstrip()
    return f'<td class="{kinds}">{text if text and number else f"{number:,}"}</td>'


def _bar(each: SlicePicture) -> str:
    """How much is held of the titles that there are; those that are gone are drawn, but not counted."""
    if not each.expected:
        return f'<span class="bar"><span>{NONE}</span></span>'
    held = min(100.0, 100 * each.held / each.expected)
    gone = min(100 - held, 100 * each.gone / each.expected)
    drawn = f'<rect class="held" width="{held:.2f}%"/><rect class="gone" x="{held:.2f}%" width="{gone:.2f}%"/>'
    text = share(each.held, max(each.expected - each.gone, each.held))
    return f'<span class="bar"><svg aria-hidden="true" width="72" height="8">{drawn}</svg><span>{text}</span></span>'


def _draw_process(process: ProcessPicture) -> str:
    where = "elsewhere" if process.memory_mb is None else f"Lambda, {process.memory_mb:,} MB"
    pace = f"{process.requests / process.seconds:,.1f}" if process.seconds else NONE
    numbers = (duration(process.seconds), f"{process.requests:,}", pace, f"{process.refused:,}", f"{process.failed:,}")
    cells = "".join(f'<td class="number">{number}</td>' for number in numbers)
    ending = _sign(process.ending, _ENDINGS.get(process.ending, process.ending))
    return f"<tr>{_head_cell(stamp(process.started_at))}<td>{ending}</td><td>{where}</td>{cells}</tr>"


def _tell_state(each: SlicePicture) -> str:
    """A slice may be complete although the service counts a few more titles than it lists: so many are tolerated."""
    return f"{each.state}, {each.unproven:,} unproven" if each.state == "complete" and each.unproven else each.state


def _tell_states(slices: Sequence[SlicePicture]) -> str:
    states = [each.state for each in slices]
    worst = sum_slices("", slices).state
    return f"{states.count(worst):,} of {len(states):,} {worst}"


def _sign(state: str, text: str) -> str:
    sign = SIGNS.get(state, "")
    return f'<span class="state {escape(state)}"><span aria-hidden="true">{sign}</span> {escape(text)}</span>'


def _lacks(each: SlicePicture) -> bool:
    """Something of the slice is missing, and not only still to come."""
    return each.state == "short" or each.quarantined > 0 or each.unproven > 0


def _mark(each: SlicePicture) -> str:
    kind = "missing" if _lacks(each) else "" if each.expected else "empty"
    return f' class="{kind}"' if kind else ""


def _head_cell(text: str, title: str = "") -> str:
    hint = f' title="{escape(title)}"' if title else ""
    return f'<th scope="row"{hint}>{escape(text)}</th>'


def _table(key: str, words: Sequence[str], numbers: Sequence[str], bodies: str) -> str:
    """A table that scrolls in a container of its own; columns of words stand before those of numbers."""
    heads = "".join(f'<th scope="col">{name}</th>' for name in words)
    heads += "".join(f'<th scope="col" class="number">{name}</th>' for name in numbers)
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-labelledby="{key}-title">'
        f'<table class="{key}" aria-labelledby="{key}-title"><thead><tr>{heads}</tr></thead>{bodies}</table></div>'
    )
