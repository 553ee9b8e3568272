"""Knowledge: what customers asked and nobody could answer, stale answers, contradictions; articles to write, by volume."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from dashboards.kit import charts, frame, sentences
from dashboards.kit.texts import plural, t
from evalkit.reporting.gaps import Gap, gaps
from evalkit.store.searching import Search
from evalkit.store.store import Store

_RULES = ("correctness.stale", "correctness.contradicted", "correctness.false_fallback", "consistency.contradicts")


def main() -> None:
    """Draw the page."""
    chosen = frame.view()
    found = _gaps(frame.store(), frame.name_of_store(), chosen.run.id, chosen.score_key)
    asked = sum(gap.n_conversations for gap in found)
    lead = plural("knowledge.gaps", asked, topics=len(found)) if found else t("knowledge.none")
    sentences.lead(lead, eyebrow=chosen.run.release)
    _write(found)
    _mend()


@st.cache_data(ttl=900, show_spinner=False)
def _gaps(_store: Store, where: str, run_id: str, key: str) -> list[Gap]:
    return gaps(_store, _store.run(run_id), key)


def _write(found: list[Gap]) -> None:
    st.subheader(t("knowledge.write"))
    if not found:
        st.caption(t("knowledge.nothing"))
        return
    points = [{"name": gap.name, "count": gap.n_conversations} for gap in found[:15]]
    event = st.altair_chart(
        charts.bars(points, value="count", title=t("conversations.title")), width="stretch", on_select="rerun",
        selection_mode="pick", key="gaps", alt=t("knowledge.alt"),
    )  # fmt: skip
    if charts.picked(event, "name"):
        frame.open_list(rule="correctness.knowledge_gap")
    table = pd.DataFrame(
        {
            t("knowledge.topic"): gap.name,
            t("conversations.title"): gap.n_conversations,
            t("knowledge.example"): gap.example,
        }
        for gap in found
    )
    st.dataframe(table, hide_index=True)
    frame.download(
        t("download"),
        ["topic", "conversations", "example"],
        [[g.name, g.n_conversations, g.example] for g in found],
        "articles.csv",
    )


def _mend() -> None:
    st.subheader(t("knowledge.mend"))
    chosen = frame.view()
    rules = Search(frame.store(), chosen.run.id, chosen.score_key).rules()
    for column, rule in zip(st.columns(len(_RULES)), _RULES, strict=True):
        with column, st.container(border=True):
            st.metric(t(f"rule.{rule}"), rules.get(rule, 0))
            if rules.get(rule):
                frame.door(t("tile.open"), f"mend-{rule}", rule=rule)


frame.guarded(main)
