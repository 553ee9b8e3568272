"""One self-contained HTML file: the sentence, the numbers, and every failing conversation with the words that failed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evalkit.model import Case, Conversation, Data, Finding, Turn
from evalkit.personal_data import mask
from evalkit.personal_data.sealing import sealed
from evalkit.policy.sections import Target
from evalkit.reporting.artefacts import told
from evalkit.reporting.failures import EXAMPLES
from evalkit.reporting.figures import numbers, pictures
from evalkit.reporting.marking import marked, merged, visible
from evalkit.reporting.naming import suites
from evalkit.reporting.page import CLOSING, opening
from evalkit.reporting.summary import Failure, Summary, transcripts
from evalkit.store.store import Store
from evalkit.text.counted import counted

_INLINE_UP_TO = 900_000
"""Characters after which passages are linked instead of repeated, so that the file stays below 2 MB."""
_WHOLE_UP_TO, _SHORT_UP_TO = 1_000_000, 1_600_000
"""Characters after which turns are cut short, and after which a conversation is only a row."""
_LONGEST_TURN, _SHORT_TURN = 1_200, 140
_MOST_EVIDENCE, _MOST_LINKS = 3, 12
_SIGNS = {"blocker": "■", "critical": "▲", "high": "●", "medium": "○", "low": "◦", "info": "i"}


def write_html(path: Path, store: Store, summary: Summary, targets: Mapping[str, Target] | None = None) -> None:
    """Write the report of a run; personal data in its transcripts is masked, targets stand as bands."""
    path.parent.mkdir(parents=True, exist_ok=True)
    kinds: Counter[str] = Counter()
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for part in _parts(store, summary, targets or {}):
            look = sealed(part)
            kinds.update(look.kinds)
            file.write(look.text)
    told(kinds, path.name)


def _parts(store: Store, summary: Summary, targets: Mapping[str, Target]) -> Iterator[str]:
    yield opening(f"evalkit · {summary.run.release}", "plots.css")
    yield _header(summary)
    yield _never(summary)
    yield _changes(summary)
    yield numbers(summary, targets)
    yield from pictures(store, summary)
    yield from _failing(store, summary)
    yield _passing(summary)
    yield _unchecked(summary)
    yield CLOSING


def _header(summary: Summary) -> str:
    run = summary.run
    first, n = suites(run)
    named = f"{first} and {n} more suites" if n else first
    against = f" against {visible(summary.baseline.release)}" if summary.baseline else ""
    at = f" · {run.started_at:%Y-%m-%d %H:%M} UTC" if run.started_at else ""
    errors = f" · {summary.n_errors} broke" if summary.n_errors else ""
    return (
        f"<header><h1>evalkit · {visible(named)} · release {visible(run.release)}{against}</h1>"
        f'<p class="lead">{visible(summary.sentence)}</p>'
        f'<p class="soft">Scored {summary.n_scored} of {summary.n_total} conversations{errors}{at} · run {visible(run.id)}</p></header>'
    )


def _never(summary: Summary) -> str:
    """What must never happen, and the critical cases that failed: the first thing to read."""
    zero = [failure for failure in summary.failures if failure.zero]
    if not zero and not summary.critical_failed:
        if not summary.n_scored:
            return ""
        return "<p class=clean>✓ Nothing that must never happen was found, and no critical case failed.</p>"
    parts = []
    by_rule: dict[str, dict[str, Failure]] = {}
    for failure in zero:
        by_rule.setdefault(failure.finding.rule, {}).setdefault(failure.conversation_id, failure)
    for rule, members in by_rule.items():
        told = next(iter(members.values())).finding.message
        head = f"<span>■ {visible(rule)}</span><small>{counted(len(members), 'conversation')} · {visible(told)}</small>"
        parts.append(f"<h3>{head}</h3><ul>{_links(list(members.values()))}</ul>")
    if summary.critical_failed:
        first: dict[str, Failure] = {}
        for failure in summary.failures:
            if failure.case_id in summary.critical_failed:
                first.setdefault(failure.case_id, failure)
        many = counted(len(summary.critical_failed), "critical case")
        parts.append(f"<h3><span>▲ {many} failed</span></h3><ul>{_links(list(first.values()))}</ul>")
    return f"<section class=never><h2>Must never happen</h2>{''.join(parts)}</section>"


def _unchecked(summary: Summary) -> str:
    """What was left out, so that no finding is not read as no fault."""
    if not summary.unchecked:
        return ""
    items = "".join(f"<li>{visible(line)}</li>" for line in summary.unchecked)
    head = "<summary>Not checked in this run</summary>"
    return f"<section class=unchecked><details>{head}<ul>{items}</ul></details></section>"


def _links(failures: Sequence[Failure]) -> str:
    items = [
        f'<li><a href="#c{visible(f.conversation_id)}">{visible(f.case_id)}</a> <span class=soft>{visible(f.place)}</span></li>'
        for f in failures[:_MOST_LINKS]
    ]
    if len(failures) > _MOST_LINKS:
        items.append(f"<li class=soft>and {len(failures) - _MOST_LINKS} more, under their rule below</li>")
    return "".join(items)


def _changes(summary: Summary) -> str:
    parts = []
    sets = (("Broke", summary.broke, "worse"), ("Fixed", summary.fixed, "better"), ("Flaky", summary.flaky, "flaky"))
    for title, names, kind in sets:
        if names:
            items = "".join(f"<li><code>{visible(name)}</code></li>" for name in names)
            note = counted(len(names), "case") + (", passed only some of their trials" if kind == "flaky" else "")
            head = f"<summary><strong class={kind}>{title}</strong><span>{note}</span></summary>"
            parts.append(f"<details>{head}<ul class='rows talk'>{items}</ul></details>")
    title = "What changed" if summary.baseline is not None else "Flaky"
    return f"<h2>{title}</h2>{''.join(parts)}" if parts else ""


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
    some = "" if summary.whole else f" Of each rule at most {EXAMPLES} conversations; the numbers count all."
    yield f"<h2>Failures</h2><p class=soft>By rule, worst first.{some} Personal data is masked.</p>"
    passages = store.passages(summary.run.id)
    cases = store.cases(summary.run.id)
    first = {failure.finding.rule: failure.finding for failure in reversed(summary.failures)}
    written = 0
    linked: dict[str, None] = {}
    told: set[str] = set()
    for rule, members in groups.items():
        yield (
            f"<h3><span>{visible(rule)}</span><small>{counted(len(members), 'conversation')}"
            f" · {visible(first[rule].message)}</small></h3>"
        )
        for talk in transcripts(store, summary, [id_ for id_ in members if id_ not in told]):
            told.add(talk.id)
            case = cases.get(talk.case_id or "")
            room = _Room(inline=written < _INLINE_UP_TO, whole=written < _WHOLE_UP_TO, turns=written < _SHORT_UP_TO)
            part = _talk(talk, case, by_talk[talk.id], passages, room, linked, heading=first[rule].message)
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


def _talk(
    talk: Conversation,
    case: Case | None,
    failures: Sequence[Failure],
    passages: Mapping[str, Data],
    room: _Room,
    linked: dict[str, None],
    *,
    heading: str,
) -> str:
    worst = failures[0]
    known = tuple(case.context.facts.values()) if case is not None else ()
    head = (
        f"<summary><span class='sev {worst.finding.severity}'>{_SIGNS[worst.finding.severity]} {worst.finding.severity}</span>"
        f"<code>{visible(worst.case_id)}</code><span class=soft>{visible(worst.place)}</span>"
        f"{f'<span>{visible(worst.finding.message)}</span>' if worst.finding.message != heading else ''}</summary>"
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
        body.append(_turn(number, turn, [f.finding for f in here], known, _LONGEST_TURN if room.whole else _SHORT_TURN))
        body += [_reason(f.finding, passages, inline=inline, linked=linked) for f in here]
    body += [_reason(f.finding, passages, inline=inline, linked=linked) for rest in by_turn.values() for f in rest]
    return f"<details id=c{visible(talk.id)}>{head}<div class=talk>{''.join(body)}</div></details>"


def _turn(number: int, turn: Turn, findings: Sequence[Finding], known: tuple[str, ...], longest: int) -> str:
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
    return f'<div class="t {turn.role}"><small>{number + 1} · {label}{took}</small>{"".join(out)}</div>'


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
        parts.append(f"<p class=soft>and {counted(more, 'more passage')}</p>")
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
    if not summary.whole:
        return ""
    failing = {failure.conversation_id for failure in summary.failures}
    rows = [row for row in summary.facts if row.conversation_id not in failing and row.error is None]
    if not rows:
        return ""
    items = "".join(
        f"<li>✓ <code>{visible(row.case_id or row.conversation_id)}</code> <span class=soft>{visible(row.language or '')}</span></li>"
        for row in sorted(rows, key=lambda r: r.case_id or "")
    )
    return f"<h2>Passing</h2><details><summary>{len(rows)} conversations without a finding</summary><ul class='rows talk'>{items}</ul></details>"
