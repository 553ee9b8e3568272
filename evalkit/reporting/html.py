"""One self-contained HTML file: the sentence, the numbers, and every failing conversation with the words that failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evalkit.kpi.table import TITLES
from evalkit.model import Case, Conversation, Data, Finding, Kpi, Turn
from evalkit.personal_data import mask
from evalkit.personal_data.sealing import sealed
from evalkit.reporting.artefacts import told
from evalkit.reporting.marking import marked, merged, visible
from evalkit.reporting.page import CLOSING, opening
from evalkit.reporting.summary import Failure, Summary, shown, shown_interval, transcripts
from evalkit.store.store import Store

_INLINE_UP_TO = 900_000
"""Characters after which passages are linked instead of repeated, so that the file stays below 2 MB."""
_WHOLE_UP_TO, _SHORT_UP_TO = 1_000_000, 1_600_000
"""Characters after which turns are cut short, and after which a conversation is only a row."""
_LONGEST_TURN, _SHORT_TURN = 1_200, 140
_MOST_EVIDENCE = 3
_SIGNS = {"blocker": "■", "critical": "▲", "high": "●", "medium": "○", "low": "◦", "info": "i"}


def write_html(path: Path, store: Store, summary: Summary) -> None:
    """Write the report of a run; personal data in its transcripts is masked."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kinds: Counter[str] = Counter()
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for part in _parts(store, summary):
            look = sealed(part)
            kinds.update(look.kinds)
            file.write(look.text)
    told(kinds, path.name)


def _parts(store: Store, summary: Summary) -> Iterator[str]:
    yield opening(f"evalkit · {summary.run.release}")
    yield _header(summary)
    yield _numbers(summary)
    yield _changes(summary)
    yield from _failing(store, summary)
    yield _passing(summary)
    yield CLOSING


def _header(summary: Summary) -> str:
    run = summary.run
    against = f" against {visible(summary.baseline.release)}" if summary.baseline else ""
    at = f" · {run.started_at:%Y-%m-%d %H:%M} UTC" if run.started_at else ""
    errors = f" · {summary.n_errors} broke" if summary.n_errors else ""
    return (
        f"<header><h1>evalkit · {visible(run.suite)} · release {visible(run.release)}{against}</h1>"
        f'<p class="lead">{visible(summary.sentence)}</p>'
        f'<p class="soft">Scored {summary.n_scored} of {summary.n_total} conversations{errors}{at} · run {visible(run.id)}</p></header>'
    )


def _numbers(summary: Summary) -> str:
    changes = {change.name: change for change in summary.changes}
    base = summary.baseline
    head = "<th>KPI</th><th>value</th><th class=hide>95 %</th><th class=hide></th><th class=hide>n</th>"
    if base is not None:
        head += f"<th>{visible(base.release)}</th><th>change</th>"
    rows = []
    for kpi in summary.kpis:
        cells = (
            f"<td>{visible(TITLES.get(kpi.name, kpi.name))}</td><td>{shown(kpi)}{_small(kpi)}</td><td class=hide>{shown_interval(kpi)}</td>"
            f"<td class=hide>{_bar(kpi)}</td><td class=hide>{kpi.n}</td>"
        )
        if base is not None:
            change = changes.get(kpi.name)
            verdict = change.verdict if change else ""
            sign = {"better": "▲ better", "worse": "▼ worse", "same": "= same"}.get(verdict, "")
            before = shown(change.before) if change else ""
            cells += f'<td>{before}</td><td class="l {verdict}">{sign}</td>'
        rows.append(f"<tr>{cells}</tr>")
    return f"<h2>Numbers</h2><div class=wide><table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"


def _small(kpi: Kpi) -> str:
    """The interval and n again, for a screen too narrow for their own columns."""
    interval = shown_interval(kpi)
    return f"<small class=narrow>{interval + ', ' if interval else ''}n = {kpi.n}</small>"


def _bar(kpi: Kpi) -> str:
    if kpi.unit != "rate" or kpi.low is None or kpi.high is None or kpi.value is None or kpi.note is not None:
        return ""
    # A strict policy forbids style attributes, so the plot is a small inline SVG of plain attributes.
    low, high, at = (round(100 * x, 1) for x in (kpi.low, kpi.high, kpi.value))
    return (
        '<svg width="110" height="12" viewBox="0 0 110 12" role="img" aria-label="interval">'
        '<line x1="5" y1="6" x2="105" y2="6" stroke="currentColor" stroke-opacity=".2"/>'
        f'<line x1="{5 + low}" y1="6" x2="{5 + high}" y2="6" stroke="currentColor" stroke-opacity=".55" stroke-width="5"/>'
        f'<circle cx="{5 + at}" cy="6" r="4" fill="currentColor"/></svg>'
    )


def _changes(summary: Summary) -> str:
    if summary.baseline is None:
        return ""
    parts = []
    for title, names, kind in (("Broke", summary.broke, "worse"), ("Fixed", summary.fixed, "better")):
        if names:
            items = "".join(f"<li><code>{visible(name)}</code></li>" for name in names)
            head = f"<summary><strong class={kind}>{title}</strong><span>{len(names)} cases</span></summary>"
            parts.append(f"<details>{head}<ul class='rows talk'>{items}</ul></details>")
    return f"<h2>What changed</h2>{''.join(parts)}" if parts else ""


def _failing(store: Store, summary: Summary) -> Iterator[str]:
    by_talk: dict[str, list[Failure]] = {}
    for failure in summary.failures:
        by_talk.setdefault(failure.conversation_id, []).append(failure)
    groups: dict[str, dict[str, None]] = {}
    for failure in summary.failures:
        groups.setdefault(failure.finding.rule, {}).setdefault(failure.conversation_id)
    if not groups:
        yield "<h2>Failures</h2><p>None.</p>"
        return
    yield "<h2>Failures</h2><p class=soft>By rule, worst first. Personal data is masked.</p>"
    passages = store.passages(summary.run.id)
    cases = store.cases(summary.run.id)
    first = {failure.finding.rule: failure.finding for failure in reversed(summary.failures)}
    written = 0
    linked: dict[str, None] = {}
    told: set[str] = set()
    for rule, members in groups.items():
        yield (
            f"<h3><span>{visible(rule)}</span><small>{_counted(len(members), 'conversation')}"
            f" · {visible(first[rule].message)}</small></h3>"
        )
        for talk in transcripts(store, summary, [id_ for id_ in members if id_ not in told]):
            told.add(talk.id)
            case = cases.get(talk.case_id or "")
            room = _Room(inline=written < _INLINE_UP_TO, whole=written < _WHOLE_UP_TO, turns=written < _SHORT_UP_TO)
            part = _talk(talk, case, by_talk[talk.id], passages, room, linked)
            written += len(part)
            yield part
            members.pop(talk.id)
        if members:
            # Each transcript stands once; under its other rules a link leads to it.
            rows = "".join(f'<li><a href="#c{id_}">{visible(by_talk[id_][0].case_id)}</a></li>' for id_ in members)
            written += len(rows)
            yield f"<p class=soft>Also, told above:</p><ul class=rows>{rows}</ul>"
    if linked:
        yield "<h2>Knowledge base</h2>"
        for key in linked:
            yield f'<div id="k{visible(key)}">{_passage(passages[key], None)}</div>'


@dataclass(frozen=True, slots=True)
class _Room:
    """How much of a conversation the file still has room for."""

    inline: bool
    whole: bool
    turns: bool


def _counted(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"


def _talk(
    talk: Conversation,
    case: Case | None,
    failures: Sequence[Failure],
    passages: Mapping[str, Data],
    room: _Room,
    linked: dict[str, None],
) -> str:
    worst = failures[0]
    known = tuple(case.context.facts.values()) if case is not None else ()
    head = (
        f"<summary><span class='sev {worst.finding.severity}'>{_SIGNS[worst.finding.severity]} {worst.finding.severity}</span>"
        f"<code>{visible(worst.case_id)}</code><span class=soft>{visible(worst.place)}</span>"
        f"<span>{visible(worst.finding.message)}</span></summary>"
    )
    if not room.turns:
        return f"<details id=c{visible(talk.id)}>{head}<p class=soft>Too many to print: evalkit report reads it.</p></details>"
    inline = room.inline
    body = []
    by_turn: dict[int | None, list[Failure]] = {}
    for failure in failures:
        by_turn.setdefault(failure.finding.turn, []).append(failure)
    for number, turn in enumerate(talk.turns):
        here = by_turn.pop(number, [])
        body.append(_turn(turn, [f.finding for f in here], known, _LONGEST_TURN if room.whole else _SHORT_TURN))
        body += [_reason(f.finding, passages, inline=inline, linked=linked) for f in here]
    body += [_reason(f.finding, passages, inline=inline, linked=linked) for rest in by_turn.values() for f in rest]
    return f"<details id=c{visible(talk.id)}>{head}<div class=talk>{''.join(body)}</div></details>"


def _turn(turn: Turn, findings: Sequence[Finding], known: tuple[str, ...], longest: int) -> str:
    masked = mask(turn.text, also=known)
    spans = merged(
        masked.span(f.start, f.end) for f in findings if f.start is not None and f.end is not None and f.end > f.start
    )
    text = masked.text[:longest]
    out = [marked(text, spans)]
    if len(masked.text) > longest:
        out.append(" …")
    out += [f"<span class=choice>{visible(button)}</span>" for button in turn.buttons]
    if turn.kind == "event" and not turn.text:
        out.append(visible(str((turn.payload or {}).get("name", "event"))))
    label = {"customer": "customer", "bot": "bot", "human": "person", "system": "event"}[turn.role]
    took = f" · {turn.latency_ms:.0f} ms" if turn.latency_ms is not None else ""
    return f'<div class="t {turn.role}"><small>{label}{took}</small>{"".join(out)}</div>'


def _reason(finding: Finding, passages: Mapping[str, Data], *, inline: bool, linked: dict[str, None]) -> str:
    parts = [
        f'<div class="why {finding.severity}"><strong>{_SIGNS[finding.severity]} {visible(finding.rule)}</strong> '
        f"<q>{visible(finding.message)}</q> <span class=soft>{finding.confidence}</span>"
    ]
    for evidence in finding.evidence[:_MOST_EVIDENCE]:
        passage = passages.get(evidence.passage_hash or "")
        if passage is None:
            continue
        if inline:
            span = (evidence.start, evidence.end) if evidence.start is not None and evidence.end is not None else None
            parts.append(_passage(passage, span))
        elif evidence.passage_hash:
            linked.setdefault(evidence.passage_hash)
            parts.append(
                f' <a href="#k{visible(evidence.passage_hash)}">{visible(str(passage.get("document_id")))}</a>'
            )
    if (more := len(finding.evidence) - _MOST_EVIDENCE) > 0:
        parts.append(f"<p class=soft>and {_counted(more, 'more passage')}</p>")
    return "".join(parts) + "</div>"


def _passage(passage: Data, span: tuple[int, int] | None) -> str:
    text = str(passage["text"])
    body = marked(text, [span] if span is not None else [])
    since = f" · from {passage['valid_from']}" if passage.get("valid_from") else ""
    until = f"{since} until {passage['valid_to']}" if passage.get("valid_to") else since
    if passage.get("url"):
        until += f" · {passage['url']}"
    title = visible(str(passage.get("title") or passage.get("document_id")))
    return f"<blockquote>{body}<cite>{title} · {visible(str(passage.get('document_id')))}{visible(until)}</cite></blockquote>"


def _passing(summary: Summary) -> str:
    failing = {failure.conversation_id for failure in summary.failures}
    rows = [row for row in summary.facts if row.conversation_id not in failing and row.error is None]
    if not rows:
        return ""
    items = "".join(
        f"<li>✓ <code>{visible(row.case_id or row.conversation_id)}</code> <span class=soft>{visible(row.language or '')}</span></li>"
        for row in sorted(rows, key=lambda r: r.case_id or "")
    )
    return f"<h2>Passing</h2><details><summary>{len(rows)} conversations without a finding</summary><ul class='rows talk'>{items}</ul></details>"
