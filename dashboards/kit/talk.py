"""A conversation as a chat: customer left, bot right, findings in the margin, spans marked, personal data masked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from dashboards.kit.numbers import seconds
from dashboards.kit.texts import rule, said, t
from dashboards.kit.told import told
from evalkit.comparison.turns import Exchange, pieces
from evalkit.model import Case, Conversation, Data, Finding, Turn
from evalkit.personal_data import mask
from evalkit.reporting.marking import marked, merged, visible

LONGEST = 4_000
_SIGNS = {"blocker": "■", "critical": "▲", "high": "●", "medium": "○", "low": "◦", "info": "i"}


def chat(
    talk: Conversation,
    findings: Sequence[Finding] = (),
    *,
    case: Case | None = None,
    at: int | None = None,
    clear: bool = False,
) -> None:
    """Draw a conversation; `at` outlines a turn, `clear` shows personal data."""
    known = tuple(case.context.facts.values()) if case is not None and not clear else ()
    by_turn: dict[int | None, list[Finding]] = {}
    for finding in findings:
        by_turn.setdefault(finding.turn, []).append(finding)
    parts = []
    for number, turn in enumerate(talk.turns):
        here = by_turn.pop(number, [])
        parts.append(_turn(turn, number, here, known, clear=clear, outlined=number == at))
        parts += [_reason(finding, turn.role) for finding in here]
    parts += [_reason(finding) for rest in by_turn.values() for finding in rest]
    if not talk.turns:
        parts.append(f"<p class=ek-soft>{escape(t('talk.empty'))}</p>")
    st.html(f"<div class=ek-talk>{''.join(parts)}</div>")


def evidence(findings: Sequence[Finding], passages: Mapping[str, Data]) -> None:
    """The passages that decide the findings, each once, with the span that decides marked."""
    seen: set[tuple[str, int | None]] = set()
    parts = []
    for finding in findings:
        for one in finding.evidence:
            passage = passages.get(one.passage_hash or "")
            if passage is None or (one.passage_hash or "", one.start) in seen:
                continue
            seen.add((one.passage_hash or "", one.start))
            spans = [(one.start, one.end)] if one.start is not None and one.end is not None else []
            body = marked(str(passage.get("text", "")), spans, _MARK)
            title = str(passage.get("title") or passage.get("document_id") or "")
            cite = [title]
            if passage.get("valid_from"):
                cite.append(f"{passage['valid_from']} – {passage.get('valid_to') or '…'}")
            parts.append(f"<div class=ek-passage>{body}<cite>{visible(' · '.join(cite))}</cite></div>")
    if parts:
        st.html("".join(parts))
    else:
        st.caption(t("talk.no_evidence"))


def told_twice(found: Sequence[Exchange], names: tuple[str, str]) -> None:
    """One case in two releases, exchange by exchange; the words that went and came are marked."""
    cells = [f"<b>{visible(names[0])}</b><b>{visible(names[1])}</b>"]
    for exchange in found:
        customer = exchange.customer_before or exchange.customer_after
        if customer is not None:
            text = visible(mask(customer.text[:LONGEST]).text)
            cells.append(
                f"<div class='ek-t ek-customer ek-both' dir=auto><small>{escape(_role(customer))}</small>{text}</div>"
            )
        old, new = (
            mask("\n".join(turn.text for turn in side)[:LONGEST]).text for side in (exchange.before, exchange.after)
        )
        kind = "" if exchange.same else "ek-changed"
        told: tuple[list[str], list[str]] = ([], [])
        for piece in pieces(old, new):
            text = visible(piece.text)
            loud = f"{_MARK[0]}{text}{_MARK[1]}"
            if piece.kind != "added":
                told[0].append(loud if piece.kind == "removed" else text)
            if piece.kind != "removed":
                told[1].append(loud if piece.kind == "added" else text)
        cells += [f"<div class='{kind}' dir=auto>{''.join(side)}</div>" for side in told]
    st.html(f"<div class=ek-side>{''.join(cells)}</div>")


_MARK = ('<mark class="ek-m">', "</mark>")


def _role(turn: Turn) -> str:
    return t(f"role.{turn.role}")


def _turn(
    turn: Turn, number: int, findings: Sequence[Finding], known: tuple[str, ...], *, clear: bool, outlined: bool
) -> str:
    spans = [(f.start, f.end) for f in findings if f.start is not None and f.end is not None and f.end > f.start]
    text = turn.text
    if not clear:
        covered = mask(text, also=known)
        text, spans = covered.text, [covered.span(start, end) for start, end in spans]
    body = marked(text[:LONGEST], merged(spans), _MARK)
    if len(text) > LONGEST:
        rest = t("talk.rest", n=len(text) - LONGEST)
        body += f"<details><summary>{escape(rest)}</summary>{visible(text[LONGEST:])}</details>"
    body += "".join(f"<span class=ek-choice>{visible(button)}</span>" for button in turn.buttons)
    if turn.kind == "event" and not turn.text:
        body += visible(str((turn.payload or {}).get("name", "event")))
    took = f" · {seconds(turn.latency_ms)}" if turn.latency_ms is not None else ""
    when = f" · {turn.at:%H:%M:%S}" if turn.at is not None else ""
    here = " ek-here" if outlined else ""
    return (
        f'<div class="ek-t ek-{turn.role}{here}" dir="auto" id="turn-{number}">'
        f"<small>{number + 1} · {escape(_role(turn))}{when}{took}</small>{body}</div>"
    )


def _reason(finding: Finding, role: str = "bot") -> str:
    quiet = " ek-quiet" if finding.passed or finding.severity in {"low", "info"} else ""
    side = " ek-left" if role == "customer" else ""
    sure = said(f"confidence.{finding.confidence}", finding.confidence)
    return (
        f'<div class="ek-why{quiet}{side}"><b>{_SIGNS[finding.severity]} {visible(rule(finding.rule))}</b> – '
        f"{visible(told(finding.message))}<small>{escape(said(f'severity.{finding.severity}', finding.severity))} · "
        f"{escape(sure)}</small></div>"
    )


def reasons(findings: Sequence[Finding]) -> None:
    """Findings alone, each with its turn."""
    if findings:
        st.html(f"<div class=ek-talk>{''.join(_reason(finding) for finding in findings)}</div>")
