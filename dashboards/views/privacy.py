"""Privacy: findings by kind, always masked; which conversations; who looked at one in clear and why."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards.kit import access, charts, frame, sentences
from dashboards.kit.texts import plural, said, t


def main() -> None:
    """Draw the page."""
    summary = frame.summary()
    inside = {row.conversation_id for row in frame.rows(summary)}
    found = [f for f in summary.failures if f.scorer in {"privacy", "compliance"} and f.conversation_id in inside]
    leaks = [f for f in found if f.scorer == "privacy"]
    people = len({f.conversation_id for f in leaks})
    lead = plural("privacy.leaks", people) if leaks else t("privacy.none", n=f"{len(inside):,}".replace(",", "\u202f"))
    sentences.lead(lead, eyebrow=sentences.where(summary))
    if found:
        by_rule: dict[str, int] = {}
        for failure in found:
            by_rule[failure.finding.rule] = by_rule.get(failure.finding.rule, 0) + 1
        loud = sorted({f.finding.rule for f in found if f.zero})
        points = [{"name": rule, "count": n} for rule, n in by_rule.items()]
        event = st.altair_chart(
            charts.bars(points, value="count", title=t("privacy.findings"), highlight=loud), width="stretch",
            on_select="rerun", selection_mode="pick", key="kinds", alt=t("privacy.alt"),
        )  # fmt: skip
        if picked := charts.picked(event, "name"):
            frame.open_list(rule=picked)
        st.caption(t("privacy.loud"))
        table = pd.DataFrame(
            {
                t("col.severity"): t(f"severity.{f.finding.severity}"),
                t("col.rule"): f.finding.rule,
                t("privacy.kind"): said(f"kind.{f.finding.kind}", f.finding.kind or ""),
                t("col.case"): f.case_id,
                t("col.turn"): f.finding.turn,
                t("privacy.span"): f"{f.finding.start}–{f.finding.end}" if f.finding.start is not None else "",
            }
            for f in found[:500]
        )
        event = st.dataframe(table, hide_index=True, on_select="rerun", selection_mode="single-row", key="findings")
        st.caption(t("list.click"))
        if (row := frame.picked_row(event)) is not None:
            frame.open_conversation(found[row].conversation_id, found[row].finding.turn)
    _trail()


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
    st.dataframe(
        pd.DataFrame(
            {
                t("col.at"): e.at[:16].replace("T", " "),
                t("col.who"): e.actor,
                t("privacy.why"): str(e.body.get("reason", "")),
                t("col.case"): str(e.body.get("conversation", "")),
            }
            for e in reversed(entries[-500:])
        ),
        hide_index=True,
    )


frame.guarded(main)
