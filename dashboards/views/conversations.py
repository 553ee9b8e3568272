"""The reader: find conversations, read one with its marks and evidence, beside another release, with its audit trail."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboards.kit import access, frame, sentences, talk, texts
from dashboards.kit.numbers import number
from dashboards.kit.texts import plural, said, t
from dashboards.kit.told import told
from evalkit.comparison.turns import exchanges
from evalkit.errors import InputError
from evalkit.model import SEVERITIES, Conversation, Score
from evalkit.store.searching import Hit, Search, Wanted

_PAGE = 200
_OUTCOME = "outcome"


def main() -> None:
    """Draw the page."""
    chosen = frame.view()
    search = Search(frame.store(), chosen.run.id, chosen.score_key)
    head = st.container()
    wanted = _wanted(search)
    hits = search.find(wanted, limit=_PAGE)
    total = search.count(wanted) if not wanted.words else len(hits)
    with head:
        frame.lead(_sentence(wanted, total), eyebrow=chosen.run.release)
    # Worst first on the screen; what the screen holds goes by id.
    hits.sort(key=lambda hit: SEVERITIES.index(hit.worst_severity) if hit.worst_severity in SEVERITIES else 9)
    if not hits and "c" not in st.query_params:
        frame.nothing(t("read.none"))
        return
    _list(hits, total)
    wanted_id = st.query_params.get("c") or (hits[0].conversation_id if hits else "")
    _read(wanted_id, hits)


def _wanted(search: Search) -> Wanted:
    for name in ("rule", "behind", "words"):
        st.session_state.setdefault(f"read.{name}", st.query_params.get(name, "") or "")
    first, second, third = st.columns([2, 2, 3])
    rules = ["", *search.rules()]
    if st.session_state["read.rule"] not in rules:
        st.session_state["read.rule"] = ""
    rule = first.selectbox(
        t("read.rule"), rules, key="read.rule", format_func=lambda r: texts.rule(r) if r else t("read.any")
    )
    outcomes = ["", *search.values(_OUTCOME)]
    outcome = second.selectbox(
        t("read.outcome"),
        outcomes,
        key="read.outcome",
        format_func=lambda o: said(f"outcome.{o}", o) if o else t("read.any"),
    )
    words = third.text_input(t("read.words"), key="read.words", placeholder=t("read.words_hint"))
    facts, above = _behind(st.session_state["read.behind"])
    facts |= frame.view().slices
    if outcome:
        facts[_OUTCOME] = outcome
    for name in ("rule", "words", "behind"):
        value = st.session_state[f"read.{name}"]
        if value:
            st.query_params[name] = value
        else:
            st.query_params.pop(name, None)
    if st.session_state["read.behind"] and st.button(t("read.clear"), type="tertiary"):
        st.session_state["read.behind"] = ""
        st.rerun()
    return Wanted(rule=rule or None, facts=facts, above_zero=above, words=words or "")


def _behind(text: str) -> tuple[dict[str, str | int | None], tuple[str, ...]]:
    """`correct:0,n_leaks:>0` as it stands in the URL."""
    facts: dict[str, str | int | None] = {}
    above: list[str] = []
    for part in text.split(","):
        name, _, value = part.partition(":")
        if value == ">0":
            above.append(name)
        elif name:
            facts[name] = int(value) if value.isdigit() else value
    return facts, tuple(above)


def _sentence(wanted: Wanted, total: int) -> str:
    text = plural("read.found", total)
    return f"{text}: {texts.rule(wanted.rule)}" if wanted.rule else text


def _list(hits: list[Hit], total: int) -> None:
    if not hits:
        return
    columns: dict[str, list[Any]] = {
        t("col.case"): [hit.case_id or hit.conversation_id for hit in hits],
        t("col.severity"): [said(f"severity.{hit.worst_severity}", hit.worst_severity or "") for hit in hits],
        t("col.topic"): [hit.topic for hit in hits],
        t("col.language"): [hit.language for hit in hits],
        t("col.outcome"): [said(f"outcome.{hit.outcome}", hit.outcome or "") for hit in hits],
        t("col.handled"): [said(f"handled.{hit.handled_by}", hit.handled_by) for hit in hits],
        t("col.turn"): [frame.nth(hit.turn) for hit in hits],
        t("col.at"): [(hit.started_at or "")[:16].replace("T", " ") for hit in hits],
    }
    # A column that says the same of all says nothing.
    columns = {name: values for name, values in columns.items() if name == t("col.case") or len(set(values)) > 1}
    row = frame.table(columns, right=(t("col.turn"),), key="hits", height=min(280, 38 + 35 * len(hits)))
    if total > len(hits):
        st.caption(t("read.more", shown=number(len(hits)), total=number(total)))
    if row is not None and row < len(hits):
        hit = hits[row]
        st.query_params["c"] = hit.conversation_id
        if hit.turn is not None:
            st.query_params["turn"] = str(hit.turn)
        else:
            st.query_params.pop("turn", None)


def _read(conversation_id: str, hits: list[Hit]) -> None:
    chosen, store = frame.view(), frame.store()
    found = list(store.conversations(chosen.run.id, [conversation_id]))
    if not found:
        raise InputError(t("read.gone", id=conversation_id))
    one = found[0]
    case = store.case(chosen.run.id, one.case_id) if one.case_id else None
    scores = store.scores_of(chosen.run.id, chosen.score_key, [one.id]).get(one.id, [])
    turn = st.query_params.get("turn", "")
    at = int(turn) if turn.isdigit() else next((hit.turn for hit in hits if hit.conversation_id == one.id), None)
    findings = [f for score in scores if score.verdict in {"fail", "unsure"} for f in score.findings if not f.passed]
    facts = [
        one.case_id or one.id,
        one.intent,
        one.language,
        one.channel,
        said(f"handled.{one.handled_by}", one.handled_by),
    ]
    sentences.place(part for part in facts if part)
    clear = access.in_clear(one)
    first, second, third, fourth = st.tabs([t("read.talk"), t("read.other"), t("read.scores"), t("read.audit")])
    with first:
        left, right = st.columns([5, 3], gap="large")
        with left:
            talk.chat(one, findings, case=case, at=at, clear=clear)
        with right:
            st.markdown(f"**{t('read.evidence')}**")
            talk.evidence(findings, store.passages(chosen.run.id) if any(f.evidence for f in findings) else {})
            if access.person().may_review and st.button(t("read.promote"), key="promote"):
                st.switch_page("views/promote.py", query_params={"c": one.id})
    with second:
        _other(one)
    with third:
        _scores(scores)
    with fourth:
        _audit(one)


def _other(one: Conversation) -> None:
    chosen, store = frame.view(), frame.store()
    if chosen.baseline is None or one.case_id is None:
        st.caption(t("read.no_other"))
        return
    before = store.conversation_of_case(chosen.baseline.id, one.case_id, one.trial)
    if before is None:
        st.caption(t("read.no_other"))
        return
    talk.told_twice(exchanges(before, one), (chosen.baseline.release, chosen.run.release))


def _scores(scores: list[Score]) -> None:
    frame.table(
        {
            t("col.scorer"): [score.scorer for score in scores],
            t("col.verdict"): [t(f"verdict_of.{score.verdict}") for score in scores],
            t("col.value"): ["" if score.value is None else number(score.value, 2) for score in scores],
            t("col.what"): [
                "; ".join(f"{f.rule}: {told(f.message)}" for f in score.findings[:5]) or told(score.cause or "")
                for score in scores
            ],
        },
        right=(t("col.value"),),
    )


def _audit(one: Conversation) -> None:
    rows = {
        "id": one.id, "release": one.release, "stage": one.stage, "source": one.source,
        "started": f"{one.started_at:%Y-%m-%d %H:%M:%S} UTC" if one.started_at else "", "ending": one.ending,
        "model": one.model_id or "", "prompt": one.prompt_id or "", "knowledge": one.kb_snapshot or "",
    }  # fmt: skip
    rows = {name: value for name, value in rows.items() if value}
    frame.table({t("col.what"): list(rows), t("col.value"): [str(v) for v in rows.values()]})
    entries = [e for e in frame.store().audit_entries() if e.body.get("conversation") == one.id]
    labels = frame.store().reviews(one.id)
    events = [
        {t("col.at"): e.at[:16], t("col.who"): e.actor, t("col.what"): f"{e.event}: {e.body.get('reason', '')}"}
        for e in entries
    ]
    events += [
        {
            t("col.at"): f"{r.at:%Y-%m-%d %H:%M}" if r.at else "",
            t("col.who"): r.reviewer,
            t("col.what"): f"{r.question} = {r.label} (v{r.version})",
        }
        for r in labels
    ]
    if events:
        frame.table({name: [event[name] for event in events] for name in events[0]})


frame.guarded(main)
