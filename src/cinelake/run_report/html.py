"""Owns the page: a picture becomes one HTML file that is whole. Value in, text out.

Invariant: the file asks nobody for anything (its policy forbids every load), and no text from outside becomes markup.
"""

from collections.abc import Sequence
from html import escape
from string import Template

import msgspec

from cinelake.pages.assembler import hash_source, read_part
from cinelake.run_report.sentences import (
    list_figures,
    stamp,
    tell_cost,
    tell_latency,
    tell_pace,
    tell_requests,
    tell_trouble,
    tell_verdict,
)
from cinelake.run_report.tables import SIGNS, draw_cost, draw_lost, draw_processes, draw_slices
from cinelake.run_report.values import Picture, ProcessPicture

_STYLES = ("vendor/uPlot.min.css", "page.css")


def draw_picture(picture: Picture) -> str:
    """The page of a run: one HTML file."""
    style = "".join(map(_read, _STYLES))
    chart_script, page_script = _read("vendor/uPlot.iife.min.js"), _read("page.js")
    return Template(_read("page.html")).substitute(
        policy=f"script-src {hash_source(chart_script)} {hash_source(page_script)}; style-src {hash_source(style)}",
        style=style,
        chart_script=chart_script,
        page_script=page_script,
        licence=_read("vendor/LICENSE"),
        data=_encode_series(picture),
        sign=SIGNS.get(picture.state, ""),
        state=escape(picture.state),
        title=escape(picture.title),
        selection_id=escape(picture.selection_id),
        run_on=picture.run_on.isoformat(),
        times=_tell_times(picture),
        drawn_at=stamp(picture.drawn_at),
        verdict=_draw_verdict(picture),
        figures=_draw_figures(picture),
        charts=_draw_charts(picture),
        slices=draw_slices(picture.slices),
        lost=_draw_lost(picture),
        processes=draw_processes(picture.processes),
        cost_said=escape(tell_cost(picture)),
        cost=draw_cost(picture.cost),
    )


def _read(name: str) -> str:
    return read_part("run_report", name)


def _encode_series(picture: Picture) -> str:
    """The data of the charts, such that nothing in them ends the script element that they stand in."""
    return msgspec.json.encode({"limit": picture.limit, "series": picture.series}).decode().replace("<", "\\u003c")


def _tell_times(picture: Picture) -> str:
    finished = f"finished {stamp(picture.finished_at)} UTC" if picture.finished_at else "not finished"
    return f"planned {stamp(picture.planned_at)} UTC, {finished}"


def _draw_verdict(picture: Picture) -> str:
    """The verdict, its first word strong."""
    word, _, rest = tell_verdict(picture).partition(":")
    sign = f'<span aria-hidden="true">{SIGNS.get(picture.state, "")}</span>'
    return f"<p><strong>{sign} {escape(word)}:</strong>{escape(rest)}</p><p>{escape(tell_pace(picture))}</p>"


def _draw_figures(picture: Picture) -> str:
    return "".join(
        f"<div><dt>{escape(label)}</dt><dd><b>{escape(value)}</b> <span>{escape(note)}</span></dd></div>"
        for label, value, note in list_figures(picture)
    )


def _draw_charts(picture: Picture) -> str:
    """The charts; a sentence in place of each that would be empty."""
    series = picture.series
    if not any(value is not None for value in series.sent):
        why = "nothing was sent, as far as the traces tell" if picture.processes else "no process left a trace"
        return f"<section><h2>Requests over time</h2><p>There is nothing to draw: {why}.</p></section>"
    has_trouble = any(series.refused) or any(series.failed)
    has_answers = any(value is not None for value in series.p50)
    return (
        _draw_zoom(picture.processes)
        + _draw_chart("requests", "Requests a second", tell_requests(picture))
        + _draw_chart("latency", "Latency of the answers", tell_latency(picture), is_drawn=has_answers)
        + _draw_chart("trouble", "Refusals and failures", tell_trouble(picture), is_drawn=has_trouble)
    )


def _draw_zoom(processes: Sequence[ProcessPicture]) -> str:
    """Buttons for the part of the time that is shown: dragging has no equal on a touch screen or a keyboard."""
    moves = (("Earlier", -0.5, 1), ("Later", 0.5, 1), ("Zoom in", 0, 0.5), ("Zoom out", 0, 2))
    buttons = "".join(
        f'<button type="button" data-shift="{shift}" data-scale="{scale}">{name}</button>' for name, shift, scale in moves
    )
    hint = '<span>Times are UTC. <span class="drag">Drag over a chart to zoom in.</span></span>'
    return (
        f'<div class="zoom" role="group" aria-label="Part of the time that is shown">{buttons}'
        f'<button type="button">Whole run</button>{_draw_choice(processes)}{hint}</div>'
    )


def _draw_choice(processes: Sequence[ProcessPicture]) -> str:
    """A choice of one process, if there are several: between them may lie days."""
    if len(processes) <= 1:
        return ""
    starts = ((p.started_at.timestamp(), p) for p in processes)
    options = "".join(
        f'<option value="{start:.0f} {start + p.seconds:.0f}">{stamp(p.started_at)}</option>' for start, p in starts
    )
    return f'<label>Process <select><option value="">all</option>{options}</select></label>'


def _draw_chart(key: str, heading: str, said: str, *, is_drawn: bool = True) -> str:
    place = f'<div class="chart" id="{key}" role="img" aria-labelledby="{key}-title {key}-said"></div>' if is_drawn else ""
    return (
        f'<figure><figcaption><h2 id="{key}-title">{heading}</h2><p id="{key}-said">{escape(said)}</p></figcaption>'
        f"{place}</figure>"
    )


def _draw_lost(picture: Picture) -> str:
    """The section of lost titles, if there are any."""
    if not picture.lost:
        return ""
    return (
        '<section><h2 id="lost-title">Titles that could not be had</h2>'
        "<p>The same command asks for them again.</p>"
        f"{draw_lost(picture.lost)}</section>"
    )
