"""Knowledge: what customers asked and nobody could answer, stale answers, contradictions; articles to write, by volume."""

from __future__ import annotations

import streamlit as st

from dashboards.kit import charts, frame
from dashboards.kit.numbers import number
from dashboards.kit.texts import plural, t
from evalkit.reporting.gaps import Gap, gaps
from evalkit.store.searching import Search
from evalkit.store.store import Store

_RULES = ("correctness.stale", "correctness.contradicted", "correctness.false_fallback", "consistency.contradicts")
_MOST = 15


def main() -> None:
    """Draw the page."""
    chosen = frame.view()
    found = _gaps(frame.store(), frame.name_of_store(), chosen.run.id, chosen.score_key)
    asked = sum(gap.n_conversations for gap in found)
    lead = plural("knowledge.gaps", asked, topics=len(found)) if found else t("knowledge.none")
    frame.lead(lead, eyebrow=chosen.run.release)
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
    questions: dict[str, int] = {}
    for gap in found:
        questions[gap.example] = questions.get(gap.example, 0) + gap.n_conversations
    points = [{"name": asked, "count": n} for asked, n in list(questions.items())[:_MOST]]
    chart = charts.bars(points, unit=t("conversations.title"))
    if charts.picked(charts.draw(chart, key="gaps", alt_text=t("knowledge.alt")), "id"):
        frame.open_list(rule="correctness.knowledge_gap")
    told = t("knowledge.how")
    st.caption(told if len(questions) <= _MOST else f"{told} {t('read.more', shown=_MOST, total=len(questions))}")
    header, lines = ["topic", "conversations", "example"], [[g.name, g.n_conversations, g.example] for g in found]
    frame.download(t("download"), header, lines, "articles.csv")


def _mend() -> None:
    st.subheader(t("knowledge.mend"))
    chosen = frame.view()
    rules = Search(frame.store(), chosen.run.id, chosen.score_key).rules()
    for column, rule in zip(st.columns(len(_RULES)), _RULES, strict=True):
        with column, st.container(border=True, height="stretch"):
            n = rules.get(rule, 0)
            st.html(
                f"<div class='ek-tile ek-low'><span class=ek-name>{t(f'rule.{rule}')}</span><b>{number(n)}</b></div>"
            )
            if n:
                frame.door(t("tile.all"), f"mend-{rule}", rule=rule)


frame.guarded(main)
