"""Privacy: findings by kind, always masked; which conversations; who looked at one in clear and why."""

from __future__ import annotations

import streamlit as st

from dashboards.kit import access, charts, frame, sentences
from dashboards.kit.numbers import number
from dashboards.kit.texts import plural, rule, said, t
from evalkit.reporting.summary import Failure


def main() -> None:
    """Draw the page."""
    summary = frame.summary()
    found = frame.inside([f for f in summary.failures if f.scorer in {"privacy", "compliance"}])
    leaks = [f for f in found if f.scorer == "privacy"]
    people = len({f.conversation_id for f in leaks})
    lead = plural("privacy.leaks", people) if leaks else t("privacy.none", n=number(frame.columns().n))
    frame.lead(lead, eyebrow=sentences.where(summary))
    if found:
        _found(found)
    _trail()


def _found(found: list[Failure]) -> None:
    by_rule: dict[str, int] = {}
    for failure in found:
        by_rule[failure.finding.rule] = by_rule.get(failure.finding.rule, 0) + 1
    loud = {f.finding.rule for f in found if f.zero}
    points = [
        {"id": name, "name": f"{'■ ' if name in loud else ''}{rule(name)}", "count": n, "tone": "wrong" if name in loud else "quiet"}
        for name, n in by_rule.items()
    ]  # fmt: skip
    chart = charts.bars(points, unit=t("privacy.findings"))
    if picked := charts.picked(charts.draw(chart, key="kinds", alt_text=t("privacy.alt")), "id"):
        frame.open_list(rule=picked)
    st.caption(t("privacy.loud"))
    shown = found[:500]
    columns = {
        t("col.severity"): [t(f"severity.{f.finding.severity}") for f in shown],
        t("col.rule"): [rule(f.finding.rule) for f in shown],
        t("privacy.kind"): [said(f"kind.{f.finding.kind}", f.finding.kind or "") for f in shown],
        t("col.case"): [f.case_id for f in shown],
        t("col.turn"): [frame.nth(f.finding.turn) for f in shown],
        t("privacy.span"): [f"{f.finding.start}–{f.finding.end}" if f.finding.start is not None else "" for f in shown],
    }
    if not any(columns[t("privacy.kind")]):
        del columns[t("privacy.kind")]
    row = frame.table(columns, right=(t("col.turn"), t("privacy.span")), key="findings")
    st.caption(t("list.click"))
    if row is not None:
        frame.open_conversation(shown[row].conversation_id, shown[row].finding.turn)


def _trail() -> None:
    st.subheader(t("privacy.trail"))
    entries = [e for e in frame.store().audit_entries() if e.event == "unmask"]
    broken = frame.store().verify_audit()
    if broken is not None:
        st.error(t("privacy.broken", number=broken))
    if not entries:
        st.caption(t("privacy.nobody"))
        return
    if access.person().role != "admin":
        st.caption(plural("privacy.looked", len(entries)))
        return
    newest = entries[-500:][::-1]
    frame.table(
        {
            t("col.at"): [e.at[:16].replace("T", " ") for e in newest],
            t("col.who"): [e.actor for e in newest],
            t("privacy.why"): [str(e.body.get("reason", "")) for e in newest],
            t("col.case"): [str(e.body.get("conversation", "")) for e in newest],
        }
    )


frame.guarded(main)
