"""Draws the page about one run as one HTML file. Values in, text out.

Invariant: the page is self-contained (its policy forbids every load), and no text from outside becomes markup.
"""

from collections.abc import Sequence
from html import escape

import msgspec

from cinelake.pages.assembler import draw_page, read_part, read_parts
from cinelake.run_report.formats import format_instant
from cinelake.run_report.sentences import (
    describe_cost,
    describe_latency,
    describe_rate,
    describe_requests,
    describe_trouble,
    describe_verdict,
    list_figures,
)
from cinelake.run_report.tables import SIGNS, draw_cost, draw_processes, draw_quarantined, draw_slices
from cinelake.run_report.values import ProcessSummary, RunSummary


def draw_run_page(run: RunSummary) -> str:
    """The page about a run, as one HTML file."""
    markup = {
        "licence": read_part("run_report", "vendor/LICENSE"),
        "sign": SIGNS.get(run.state, ""),
        "state": escape(run.state),
        "title": escape(run.title),
        "selection_id": escape(run.selection_id),
        "run_on": run.run_on.isoformat(),
        "times": _describe_times(run),
        "created_at": format_instant(run.created_at),
        "verdict": _draw_verdict(run),
        "figures": _draw_figures(run),
        "charts": _draw_charts(run),
        "slices": draw_slices(run.slices),
        "quarantined": _draw_quarantined(run),
        "processes": draw_processes(run.processes),
        "cost_basis": escape(describe_cost(run)),
        "cost": draw_cost(run.cost),
    }
    return draw_page(read_parts("run_report"), {"data": _encode_timeline(run)}, markup)


def _encode_timeline(run: RunSummary) -> str:
    """The data of the charts as JSON."""
    return msgspec.json.encode({"rateLimit": run.rate_limit, "timeline": run.timeline}).decode()


def _describe_times(run: RunSummary) -> str:
    finished = f"finished {format_instant(run.finished_at)} UTC" if run.finished_at else "not finished"
    return f"planned {format_instant(run.planned_at)} UTC, {finished}"


def _draw_verdict(run: RunSummary) -> str:
    """The verdict, its first word emphasised, and the request rate."""
    word, _, rest = describe_verdict(run).partition(":")
    sign = f'<span aria-hidden="true">{SIGNS.get(run.state, "")}</span>'
    return f"<p><strong>{sign} {escape(word)}:</strong>{escape(rest)}</p><p>{escape(describe_rate(run))}</p>"


def _draw_figures(run: RunSummary) -> str:
    return "".join(
        f"<div><dt>{escape(label)}</dt><dd><b>{escape(value)}</b> <span>{escape(note)}</span></dd></div>"
        for label, value, note in list_figures(run)
    )


def _draw_charts(run: RunSummary) -> str:
    """The charts, with a sentence instead of each that would be empty."""
    timeline = run.timeline
    if not any(value is not None for value in timeline.sent):
        reason = "the traces have no requests" if run.processes else "no process recorded a trace"
        return f"<section><h2>Requests over time</h2><p>There are no charts: {reason}.</p></section>"
    has_trouble = any(timeline.refused) or any(timeline.failed)
    has_responses = any(value is not None for value in timeline.p50)
    return (
        _draw_zoom(run.processes)
        + _draw_chart("requests", "Requests per second", describe_requests(run))
        + _draw_chart("latency", "Response latency", describe_latency(run), has_data=has_responses)
        + _draw_chart("trouble", "Refused and failed requests", describe_trouble(run), has_data=has_trouble)
    )


def _draw_zoom(processes: Sequence[ProcessSummary]) -> str:
    """Buttons that change the visible time range, because touch screens and keyboards cannot drag over a chart."""
    moves = (("Earlier", -0.5, 1), ("Later", 0.5, 1), ("Zoom in", 0, 0.5), ("Zoom out", 0, 2))
    buttons = "".join(
        f'<button type="button" data-shift="{shift}" data-scale="{scale}">{name}</button>' for name, shift, scale in moves
    )
    hint = '<span>Times are UTC. <span class="drag">Drag over a chart to zoom in.</span></span>'
    return (
        f'<div class="zoom" role="group" aria-label="Visible time range">{buttons}'
        f'<button type="button">Whole run</button>{_draw_process_choice(processes)}{hint}</div>'
    )


def _draw_process_choice(processes: Sequence[ProcessSummary]) -> str:
    """A choice between several processes, because days may lie between them."""
    if len(processes) <= 1:
        return ""
    starts = ((p.started_at.timestamp(), p) for p in processes)
    options = "".join(
        f'<option value="{start:.0f} {start + p.seconds:.0f}">{format_instant(p.started_at)}</option>'
        for start, p in starts
    )
    return f'<label>Process <select><option value="">all</option>{options}</select></label>'


def _draw_chart(key: str, heading: str, description: str, *, has_data: bool = True) -> str:
    labels = f'aria-labelledby="{key}-title {key}-description"'
    chart = f'<div class="chart" id="{key}" role="img" {labels}></div>' if has_data else ""
    caption = f'<h2 id="{key}-title">{heading}</h2><p id="{key}-description">{escape(description)}</p>'
    return f"<figure><figcaption>{caption}</figcaption>{chart}</figure>"


def _draw_quarantined(run: RunSummary) -> str:
    """The section of quarantined titles, if there are any."""
    if not run.quarantined:
        return ""
    return (
        '<section><h2 id="quarantined-title">Titles that could not be fetched</h2>'
        "<p>Run the same command to request them again.</p>"
        f"{draw_quarantined(run.quarantined)}</section>"
    )
