"""A static folder over all releases of a store: trends, verdicts, and a report for each; any web server can host it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evalkit.errors import InputError
from evalkit.kpi.table import TITLES
from evalkit.model import Data, Run
from evalkit.policy.sections import Target
from evalkit.reporting.artefacts import write_artefact
from evalkit.reporting.headlines import headlines
from evalkit.reporting.html import write_html
from evalkit.reporting.marking import visible
from evalkit.reporting.naming import by_age
from evalkit.reporting.page import CLOSING, opening
from evalkit.reporting.summary import Summary, shown, shown_interval
from evalkit.reporting.trends import Point, trend
from evalkit.store.store import Store

LAST = 30
"""Releases that are shown: more make neither a trend clearer nor a folder smaller."""
_WORDS = {"passed": "✓ passed", "failed": "✗ failed", "inconclusive": "? inconclusive", "invalid": "! invalid"}
_SOURCES = {"replay": "Replayed suites", "production": "Production", "pilot": "Pilot"}


@dataclass(frozen=True, slots=True)
class _Release:
    summary: Summary
    decision: Data | None

    @property
    def verdict(self) -> str:
        return str(self.decision["verdict"]) if self.decision is not None else ""


def write_site(
    folder: Path,
    store: Store,
    read: Callable[[Run], Summary],
    *,
    last: int = LAST,
    targets: Mapping[str, Target] | None = None,
) -> list[Path]:
    """The files that were written: `index.html` and `runs/<id>.html` for the newest scored run of each release.

    Raises: InputError when the store holds no scored run.
    """
    newest: dict[tuple[str, str], Run] = {}
    for run in sorted(store.runs(), key=by_age):
        if run.status != "running" and store.score_keys(run.id):
            newest.pop((run.source, run.release), None)
            newest[run.source, run.release] = run
    if not newest:
        raise InputError("the store holds no scored run yet; `evalkit run` makes one")
    decisions = {entry.body.get("run"): entry.body for entry in store.audit_entries() if entry.event == "gate"}
    by_source: dict[str, list[_Release]] = {}
    written = []
    for (source, _), run in list(newest.items())[-last:]:
        summary = read(run)
        path = folder / "runs" / f"{_name(run)}.html"
        write_html(path, store, summary, targets)
        written.append(path)
        by_source.setdefault(source, []).append(_Release(summary, decisions.get(run.id)))
    index = folder / "index.html"
    write_artefact(index, "".join(_parts(by_source)))
    return [index, *written]


def _parts(by_source: Mapping[str, Sequence[_Release]]) -> Iterator[str]:
    newest = max((r for found in by_source.values() for r in found), key=lambda r: by_age(r.summary.run))
    yield opening("evalkit · releases", "site.css")
    said = newest.decision["sentence"] if newest.decision is not None else newest.summary.sentence
    yield f'<header><h1>evalkit · releases</h1><p class="lead">{visible(str(said))}</p></header>'
    for source in sorted(by_source, key=lambda name: list(_SOURCES).index(name)):
        releases = by_source[source]
        yield f"<h2>{_SOURCES.get(source, source)}</h2>"
        yield (
            '<p class="legend"><span>● a release with its 95 % interval</span><span>✗ the gate refused it</span>'
            "<span>┊ measured otherwise from here on</span></p>"
        )
        first, others = _cards(releases)
        yield f'<div class="grid-of-trends">{"".join(first)}</div>'
        if others:
            yield f"<details class=more><summary>{len(others)} more numbers</summary>"
            yield f'<div class="grid-of-trends">{"".join(others)}</div></details>'
        yield f"<h2>Releases</h2>{_table(releases)}"
    yield CLOSING


def _cards(releases: Sequence[_Release]) -> tuple[list[str], list[str]]:
    """A card for each KPI: those that a release is judged by, and the others."""
    known = {kpi.name: kpi for release in releases for kpi in release.summary.kpis}
    first, others = headlines(list(known.values()))
    drawn = ([_card(kpi.name, releases) for kpi in part] for part in (first, others))
    shown_, folded = ([card for card in part if card] for part in drawn)
    return shown_, folded


def _card(name: str, releases: Sequence[_Release]) -> str:
    points = []
    for release in releases:
        kpi = next((k for k in release.summary.kpis if k.name == name), None)
        if kpi is not None and kpi.value is not None and not (kpi.note or "").startswith("too few"):
            run, failed = release.summary.run, release.verdict == "failed"
            points.append(Point(run.release, kpi, release.summary.score_key, failed))
    if not points:
        return ""
    title, last = TITLES.get(name, name), points[-1]
    interval = shown_interval(last.kpi)
    small = f"{interval + ' · ' if interval else ''}n = {last.kpi.n} · {last.release}"
    return (
        f'<section class="card"><h3>{visible(title)}</h3>'
        f'<p class="now">{shown(last.kpi)} <small>{visible(small)}</small></p>{trend(title, points)}</section>'
    )


def _table(releases: Sequence[_Release]) -> str:
    rows = []
    for release in reversed(releases):
        run, summary = release.summary.run, release.summary
        at = f"{run.started_at:%Y-%m-%d}" if run.started_at else ""
        why = str(release.decision["sentence"]) if release.decision is not None else summary.sentence
        stage = f" · {run.stage}" if run.stage else ""
        rows.append(
            f'<tr><td><a href="runs/{_name(run)}.html">{visible(run.release)}</a>{visible(stage)}</td>'
            f'<td class="l">{at}</td><td>{summary.n_scored} of {summary.n_total}</td><td>{_chip(release.verdict)}</td>'
            f'<td class="l"><p class="why">{visible(why)}</p></td></tr>'
        )
    head = "<th>release</th><th>played</th><th>scored</th><th>gate</th><th></th>"
    return f'<table class="releases"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def _chip(verdict: str) -> str:
    return f'<span class="verdict {verdict or "none"}">{_WORDS.get(verdict, "not asked")}</span>'


def _name(run: Run) -> str:
    # A run's id comes from the store; only what is safe in a file name and an address is kept of it.
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "_" for c in run.id) or "run"
