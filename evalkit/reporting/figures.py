"""The HTML report's numbers: the headline table with its plots, the other KPIs folded, and the pictures under it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from evalkit.comparison.slopes import slopes
from evalkit.kpi.escalations import escalation_matrix, first_answers_s, late_turns
from evalkit.kpi.table import TITLES
from evalkit.model import Kpi
from evalkit.policy.sections import Target
from evalkit.reporting import plots
from evalkit.reporting.gaps import gaps
from evalkit.reporting.headlines import headlines
from evalkit.reporting.marking import visible
from evalkit.reporting.summary import Change, Summary, shown, shown_interval
from evalkit.store.columns import Columns
from evalkit.store.store import Store

SIGNS = {"better": "▲ better", "worse": "▼ worse", "same": "= same"}
_MOST_GAPS = 8
_DRAWN = 500
"""Points of a curve; more than these no eye can tell apart."""
_CELLS = {(True, True): "due, handed over", (True, False): "due, not handed over",
          (False, True): "not due, handed over", (False, False): "not due, not handed over"}  # fmt: skip


def numbers(summary: Summary, targets: Mapping[str, Target]) -> str:
    """The headline KPIs with their plots, and all others in a fold."""
    first, others = headlines(summary.kpis)
    fold = ""
    if others:
        rest = _table(summary, others, targets)
        fold = f"<details class=more><summary>{len(others)} more KPIs</summary>{rest}</details>"
    return f"<h2>Numbers</h2>{_legend(summary, targets)}{_table(summary, first, targets)}{fold}"


def pictures(store: Store, summary: Summary) -> Iterator[str]:
    """Where it moved, when people came in, how fast, and what to write: what the run can tell of each."""
    cards = [
        card for card in (*_slopes(store, summary), *_escalation(summary.columns), _speed(summary.columns)) if card
    ]
    if card := _gaps(store, summary):
        cards.append(card)
    if cards:
        yield f"<h2>Pictures</h2><div class=cards>{''.join(cards)}</div>"


def _legend(summary: Summary, targets: Mapping[str, Target]) -> str:
    parts = [f"<span>● {visible(summary.run.release)} with its 95 % interval</span>"]
    if summary.baseline is not None:
        parts.append(f"<span>◆ {visible(summary.baseline.release)}</span>")
    if targets:
        parts.append("<span><i class=band></i> target</span>")
    parts.append("<span>each line from 0 to 100 %</span>")
    return f"<p class=legend>{''.join(parts)}</p>"


def _table(summary: Summary, kpis: Sequence[Kpi], targets: Mapping[str, Target]) -> str:
    changes = {change.name: change for change in summary.changes}
    head = "<th>KPI</th><th>value</th><th class=plotted></th><th>n</th>"
    if summary.baseline is not None:
        head += f"<th>{visible(summary.baseline.release)}</th><th>change</th>"
    rows = "".join(_row(kpi, changes.get(kpi.name), targets.get(kpi.name), summary) for kpi in kpis)
    return f"<table class=kpis><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _row(kpi: Kpi, change: Change | None, target: Target | None, summary: Summary) -> str:
    interval = shown_interval(kpi)
    small = f"<small>{interval}</small>" if interval else ""
    band = (target.low, target.high) if target is not None and kpi.unit == "rate" else None
    plot = plots.interval(kpi, change.before if change else None, band)
    count = f"{kpi.n:,}".replace(",", "\u202f")
    cells = (
        f"<td>{visible(TITLES.get(kpi.name, kpi.name))}</td><td class=v>{shown(kpi)}{small}</td>"
        f"<td class=plotted>{plot}</td><td class=n><span>n = </span>{count}</td>"
    )
    if summary.baseline is not None:
        verdict = change.verdict if change else ""
        before = shown(change.before) if change else ""
        name = f"<span>{visible(summary.baseline.release)}: </span>" if before else ""
        cells += f'<td class=b>{name}{before}</td><td class="l {verdict}">{SIGNS.get(verdict, "")}</td>'
    return f"<tr>{cells}</tr>"


def _slopes(store: Store, summary: Summary) -> Iterator[str]:
    if summary.baseline is None:
        return
    keys = store.score_keys(summary.baseline.id)
    if not keys:
        return
    key = summary.score_key if summary.score_key in keys else keys[-1]
    before = store.columns(summary.baseline.id, key)
    for by in ("topic", "language"):
        found = slopes(before, summary.columns, by)
        if len(found) < 2:
            continue
        moved = [one for one in found if one.verdict in {"better", "worse"}]
        said = (
            f"{len(moved)} of {len(found)} moved by more than chance." if moved else "None moved by more than chance."
        )
        names = (summary.baseline.release, summary.run.release)
        title = f"Passed all checks by {by}"
        yield _card(title, plots.slope(found, names, title), said)


def _escalation(columns: Columns) -> Iterator[str]:
    cells = escalation_matrix(columns)
    if not cells:
        return
    table: dict[tuple[bool, bool], int] = {}
    for cell in cells:
        table[cell.should, cell.did] = table.get((cell.should, cell.did), 0) + cell.n
    # Which hand-overs were right is told by the cells below: a hand-over that was due may still come late.
    body = "".join(
        f"<tr><th>{'a person was due' if should else 'nobody was due'}</th>"
        + "".join(
            f'<td class="{"right" if should == did else "wrong"}" title="{_CELLS[should, did]}">'
            f"{'✓' if should == did else '✗'} {table.get((should, did), 0)}</td>"
            for did in (True, False)
        )
        + "</tr>"
        for should in (True, False)
    )
    head = "<thead><tr><th></th><th>handed over</th><th>not</th></tr></thead>"
    grid = f"<table class=matrix>{head}<tbody>{body}</tbody></table>"
    wrong = [cell for cell in cells if not cell.right][:6]
    more = ""
    if wrong:
        named = [(cell.name.replace("_", " "), cell.n) for cell in wrong]
        more = "<h4>What went wrong</h4>" + plots.bars(named, "Wrong cells", ["wrong"] * len(named))
    yield _card("Should it have been handed over, and was it?", grid + more, f"n = {sum(c.n for c in cells)}")
    if late := late_turns(columns):
        title = "Hand-overs by bot turns too late"
        yield _card(title, plots.strip(late, title), f"n = {sum(late.values())} conversations handed over")


def _speed(columns: Columns) -> str:
    import numpy as np

    known = first_answers_s(columns)
    if not known:
        return ""
    title = "How long until the first substantive answer"
    legend = " · ".join(
        f"{'━' if number == 0 else '╍'} {who}, n = {len(found)}" for number, (who, found) in enumerate(known.items())
    )
    drawn = {
        who: found[np.linspace(0, len(found) - 1, min(len(found), _DRAWN)).round().astype(int)].tolist()
        for who, found in known.items()
    }
    return _card(title, plots.ecdf(drawn, title), f"{legend} · the dashed line marks 10 s")


def _gaps(store: Store, summary: Summary) -> str:
    found = gaps(store, summary.run, summary.score_key)[:_MOST_GAPS]
    if not found:
        return ""
    title = "What nobody wrote down, by volume"
    drawn = plots.bars([(gap.example, gap.n_conversations) for gap in found], title)
    return _card(title, drawn, "one question stands for all of its kind")


def _card(title: str, body: str, foot: str) -> str:
    under = f"<p class=soft>{visible(foot)}</p>" if foot else ""
    return f"<section class=card><h3>{visible(title)}</h3>{body}{under}</section>"
