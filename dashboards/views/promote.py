"""Promote: a reviewed conversation becomes a regression case of a suite file, as a patch, linked both ways."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboards.kit import access, frame, reviewing, talk
from dashboards.kit.texts import t
from evalkit.errors import InputError
from evalkit.model import Conversation
from evalkit.review.labelling import final
from evalkit.review.promoting import PROMOTED, Promotion, Wanted, promote, remember, suggested

_LARGEST = 2_000_000


def main() -> None:
    """Draw the page."""
    store, chosen = frame.store(), frame.view()
    frame.lead(t("promote.lead"))
    reviewed = sorted({r.conversation_id for r in store.reviews() if "#" not in r.question})
    asked = st.query_params.get("c", "")
    wanted = [*([asked] if asked else []), *reviewed]
    cases = {one.id: one.case_id or one.id for one in store.conversations(chosen.run.id, wanted)} if wanted else {}
    options = list(dict.fromkeys([*([asked] if asked else []), *cases]))
    if not options:
        frame.nothing(t("promote.elsewhere" if reviewed else "promote.none"))
        return
    wanted_id = st.selectbox(
        t("promote.which"), options, key=f"promote.which.{asked}", format_func=lambda id_: cases.get(id_, id_)
    )
    st.query_params["c"] = wanted_id
    one = next(iter(store.conversations(chosen.run.id, [wanted_id])), None)
    if one is None:
        raise InputError(t("read.gone", id=wanted_id))
    left, right = st.columns([5, 4], gap="large")
    with left:
        talk.chat(one, case=store.case(chosen.run.id, one.case_id) if one.case_id else None)
    with right:
        for review in store.reviews(one.id):
            if review.question == PROMOTED:
                st.success(t("promote.already", where=review.label, who=review.reviewer), icon=None)
        _form(one)


def _form(one: Conversation) -> None:
    labels = [r for (id_, _), r in final(frame.store().reviews(one.id)).items() if id_ == one.id]
    hint = suggested(labels).handed_over
    told = (f"{t(f'question.{one_.question}.short')}: {reviewing.answer(one_.question, one_.label)}" for one_ in labels)
    st.caption(" · ".join(told))
    contains = st.text_area(t("promote.contains"), key=f"p.contains.{one.id}", help=t("promote.lines"), height=80)
    avoids = st.text_area(t("promote.avoids"), key=f"p.avoids.{one.id}", help=t("promote.lines"), height=80)
    ways = [None, True, False]
    handed = st.radio(
        t("promote.handover"), ways, index=ways.index(hint), key=f"p.handed.{one.id}", horizontal=True,
        format_func=lambda v: t({None: "promote.any", True: "promote.hand", False: "promote.keep"}[v]),
    )  # fmt: skip
    critical = st.checkbox(t("promote.critical"), key=f"p.critical.{one.id}")
    name = st.text_input(t("promote.id"), key=f"p.id.{one.id}", placeholder=t("promote.id_hint"))
    path = st.text_input(t("promote.file"), "suites/regressions.yaml", key=f"p.file.{one.id}")
    upload = st.file_uploader(t("promote.upload"), type=["yaml", "yml"], key=f"p.upload.{one.id}")
    wanted = Wanted(_lines(contains), _lines(avoids), handed, critical)
    if not wanted.checks:
        st.caption(t("promote.need"))
        return
    if upload is not None and upload.size > _LARGEST:
        st.error(t("promote.large"))
        return
    try:
        store = frame.store()
        case = store.case(frame.view().run.id, one.case_id) if one.case_id else None
        text = upload.getvalue().decode("utf-8") if upload is not None else None
        made = promote(
            one,
            wanted,
            suite_file=Path(path).as_posix(),
            suite_text=text,
            case=case,
            case_id=(name or "").strip() or None,
        )
    except (InputError, UnicodeDecodeError) as error:
        st.error(str(error))
        return
    _hand_out(one, made)


def _hand_out(one: Conversation, made: Promotion) -> None:
    st.code(made.patch, language="diff")

    def linked() -> None:
        remember(frame.store(), one, made, access.person().name, now=reviewing.now())

    may = access.person().may_review
    first, second = st.columns(2)
    first.download_button(
        t("promote.patch"),
        made.patch,
        file_name=f"{made.case_id}.patch",
        on_click=linked,
        disabled=not may,
        type="primary",
        key="get-patch",
    )
    second.download_button(
        t("promote.whole"),
        made.text,
        file_name=Path(made.suite_file).name,
        on_click=linked,
        disabled=not may,
        key="get-file",
    )
    st.caption(t("promote.apply", file=f"{made.case_id}.patch"))


def _lines(text: str | None) -> tuple[str, ...]:
    return tuple(line.strip() for line in (text or "").splitlines() if line.strip())


frame.guarded(main)
