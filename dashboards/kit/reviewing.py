"""Reading and labelling: the transcript without verdicts, the question below it, every answer saved at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape

import pandas as pd
import streamlit as st

from dashboards.kit import access, frame, talk
from dashboards.kit.texts import plural, said, t
from evalkit.errors import InputError
from evalkit.model import Conversation, Review, Turn
from evalkit.personal_data import mask
from evalkit.reporting.marking import visible
from evalkit.review.agreement import reviewer_records
from evalkit.review.drawing import new_batch
from evalkit.review.labelling import COMMENT, MACHINE, comment, current, my_tasks, progress, save_label
from evalkit.review.questions import UNSURE, Question, questions
from evalkit.store.batches import Batch, Batches, Task

REASONS = ("missing", "language", "policy", "several", "other")


def now() -> datetime:
    """This instant."""
    return datetime.now(UTC)


def name_of(batch: Batch) -> str:
    """How a batch is called on the screen."""
    return f"{batch.release} · {batch.week or t('review.all_weeks')} · {batch.id[:6]}"


def page(batch: Batch) -> None:
    """One conversation with its question."""
    store, me = frame.store(), access.person().name
    tasks = my_tasks(store, batch, me)
    mine = store.reviews(batch=batch.id, reviewer=me)
    stand = progress(batch, tasks, mine)
    if stand.n_done == len(tasks) and (task := Batches(store).take(batch.id, me)) is not None:
        tasks = [*tasks, task]
        stand = progress(batch, tasks, mine)
    if not tasks:
        frame.lead(t("review.not_yours"))
        return
    labels = {(r.conversation_id, r.question): r for r in current(mine).values()}
    place = _place(batch, tasks, labels)
    if place is None:
        _end(stand.n_total, mine)
        return
    task = tasks[place]
    if not batch.reviewers:
        # Whoever comes takes the next: what nobody has taken is still to do.
        n_free = sum(one.reviewer is None for one in Batches(store).tasks(batch.id))
        stand = progress(batch, tasks, mine, n_free=n_free)
    st.progress(stand.n_done / stand.n_total, text=_progress(stand.n_done, stand.n_total, stand.minutes_left))
    one = next(iter(store.conversations(task.run_id, [task.conversation_id])), None)
    if one is None:
        st.warning(t("review.erased"), icon=None)
        _move(batch, place, len(tasks), 1)
        return
    asked = questions(batch.questions)
    here = {q.id: labels[one.id, q.id] for q in asked if (one.id, q.id) in labels}
    complete = len(here) == len(asked)
    left, right = st.columns([5, 3], gap="large")
    with left:
        case = store.case(task.run_id, one.case_id) if one.case_id else None
        talk.chat(one, case=case, clear=False)
    with right:
        _facts(one, place, stand.n_total)
        _answers(asked, here)
        if complete:
            _machine(batch, task, place, asked, labels.get((one.id, MACHINE)))
        _comments(mine, one)
    with st.bottom:
        _keys(batch, task, one, asked, here, place, len(tasks))


def _place(batch: Batch, tasks: Sequence[Task], labels: dict[tuple[str, str], Review]) -> int | None:
    """The task on the screen: where the reader went, else the first with an open question, None at the end."""
    known = st.session_state.get("review.at")
    if known is not None and known[0] == batch.id:
        return int(known[1]) if known[1] < len(tasks) else None
    for number, task in enumerate(tasks):
        if any((task.conversation_id, question) not in labels for question in batch.questions):
            return number
    return None


def _move(batch: Batch, place: int, n: int, step: int) -> None:
    for name in ("review.q", "review.unsure", "review.note", "review.help"):
        st.session_state.pop(name, None)
    to = place + step
    if step > 0 and to >= n:
        # Past the last one: back to what is still open, or the end.
        st.session_state.pop("review.at", None)
    else:
        st.session_state["review.at"] = (batch.id, max(0, to))


def _progress(done: int, total: int, minutes: float) -> str:
    return (
        t("review.progress", done=done, total=total, minutes=max(1, round(minutes)))
        if done < total
        else t("review.all_done", total=total)
    )


def _facts(one: Conversation, place: int, n: int) -> None:
    parts = [t("review.number", at=place + 1, n=n), one.intent or "", one.language or "", one.channel]
    st.caption(" · ".join(part for part in parts if part))


def _answers(asked: Sequence[Question], here: dict[str, Review]) -> None:
    chosen = _current(asked, here)
    lines = []
    for question in asked:
        label = here.get(question.id)
        now_ = " class=ek-now" if chosen is not None and question.id == chosen.id else ""
        note = f"<small>{visible(label.note)}</small>" if label is not None and label.note else ""
        told = escape(answer(question.id, label.label)) if label is not None else ""
        lines.append(f"<li{now_}><span>{escape(t(f'question.{question.id}.short'))}{note}</span><b>{told}</b></li>")
    st.html(f"<ol class=ek-asked>{''.join(lines)}</ol>")


def _plain(text: str | None) -> str:
    # Notes are people's words inside Markdown: every sign that Markdown reads is taken out of service.
    return "".join(f"\\{c}" if c in "\\`*_{}[]()#+-.!|<>$~:" else c for c in (text or ""))


def answer(question: str, label: str) -> str:
    """An answer in the reader's language."""
    return said(f"answer.{question}.{label}", said(f"answer.{label}", label))


def _current(asked: Sequence[Question], here: dict[str, Review]) -> Question | None:
    known = {question.id: question for question in asked}
    if (wanted := st.session_state.get("review.q")) in known:
        return known[wanted]
    return next((question for question in asked if question.id not in here), None)


def _keys(
    batch: Batch, task: Task, one: Conversation, asked: Sequence[Question], here: dict[str, Review], place: int, n: int
) -> None:
    question = _current(asked, here)
    # The question is told last: when it can be read, its keys already listen.
    head = st.container()
    if st.session_state.get("review.unsure") and question is not None:
        told = f"<div class=ek-q>{t('review.why_unsure')}</div>"
        for number, (column, reason) in enumerate(zip(st.columns(len(REASONS)), REASONS, strict=True), 1):
            column.button(
                t(f"unsure.{reason}"), key=f"reason-{number}", shortcut=str(number), width="stretch",
                on_click=_answer, args=(task, place, question.id, UNSURE, here.get(question.id), t(f"unsure.{reason}")),
            )  # fmt: skip
    elif question is not None:
        told = f"<div class=ek-q>{t(f'question.{question.id}')}</div>"
        for number, (column, label) in enumerate(
            zip(st.columns(len(question.answers)), question.answers, strict=True), 1
        ):
            saved = here.get(question.id)
            column.button(
                answer(question.id, label), key=f"answer-{number}", shortcut=str(number), width="stretch",
                type="primary" if saved is not None and saved.label == label else "secondary",
                on_click=_answer, args=(task, place, question.id, label, saved, None),
            )  # fmt: skip
    else:
        told = f"<div class='ek-q ek-done'>{t('review.saved')}</div>"
    _more_keys(batch, task, one, asked, here, place, n)
    head.html(told)


def _more_keys(
    batch: Batch, task: Task, one: Conversation, asked: Sequence[Question], here: dict[str, Review], place: int, n: int
) -> None:
    columns = st.columns(6)
    columns[0].button(
        t("key.previous"),
        key="previous",
        shortcut="k",
        width="stretch",
        disabled=place == 0,
        on_click=_move,
        args=(batch, place, n, -1),
    )
    columns[1].button(
        t("key.next"), key="next", shortcut="j", width="stretch", on_click=_move, args=(batch, place, n, 1)
    )
    question = _current(asked, here)
    if question is not None:
        columns[2].button(t("key.unsure"), key="unsure", shortcut="u", width="stretch", on_click=_unsure)
    else:
        columns[2].button(
            t("key.again"), key="again", shortcut="u", width="stretch", on_click=_again, args=(asked[0].id,)
        )
    if columns[3].button(t("key.note"), key="note", shortcut="n", width="stretch"):
        _note(task, one)
    columns[4].button(
        t("key.save"), key="save", shortcut="s", width="stretch", type="primary" if question is None else "secondary",
        disabled=len(here) < len(asked), on_click=_move, args=(batch, place, n, 1),
    )  # fmt: skip
    if columns[5].button(t("key.help"), key="help", shortcut="h", width="stretch"):
        _help()
    if message := st.session_state.pop("review.error", None):
        st.error(message)


def _unsure() -> None:
    st.session_state["review.unsure"] = not st.session_state.get("review.unsure", False)


def _again(question: str) -> None:
    st.session_state["review.q"] = question


def _answer(task: Task, place: int, question: str, label: str, before: Review | None, note: str | None) -> None:
    st.session_state.pop("review.unsure", None)
    st.session_state.pop("review.q", None)
    # The screen stays after the last answer, so that the machine's verdict can be read.
    st.session_state["review.at"] = (task.batch, place)
    try:
        save_label(
            frame.store(), task, question, access.person().name, label, now=now(),
            seen_version=before.version if before is not None else 0, note=note,
        )  # fmt: skip
    except InputError as error:
        st.session_state["review.error"] = str(error)


@st.dialog(" ", width="medium")
def _note(task: Task, one: Conversation) -> None:
    st.markdown(f"**{t('review.note')}**")
    with st.form("note", border=False):
        text = st.text_area(t("review.note_text"), key="note.text")
        numbers = list(range(len(one.turns)))
        turn = st.selectbox(t("col.turn"), numbers, key="note.turn", format_func=lambda n: _beginning(n, one.turns[n]))
        quote = st.text_input(t("review.quote"), key="note.quote", help=t("review.quote_help"))
        if st.form_submit_button(t("key.save"), type="primary"):
            words = one.turns[turn].text if turn is not None else ""
            frame.guarded(
                lambda: comment(
                    frame.store(), task, access.person().name, text or "", turn=turn or 0, quote=quote or "", turn_text=words, now=now(),
                )
            )  # fmt: skip
            st.rerun()


def _beginning(number: int, turn: Turn) -> str:
    text = mask(turn.text[:200]).text
    return f"{number + 1} · {t(f'role.{turn.role}')}: {text[:60]}"


@st.dialog(" ")
def _help() -> None:
    st.markdown(f"**{t('review.help')}**")
    keys = {"1–5": "answer", "u": "unsure", "n": "note", "j / k": "move", "s": "save", "h": "help"}
    st.dataframe(
        pd.DataFrame({t("review.key"): list(keys), t("review.does"): [t(f"help.{what}") for what in keys.values()]}),
        hide_index=True,
    )


def _machine(batch: Batch, task: Task, place: int, asked: Sequence[Question], opinion: Review | None) -> None:
    store = frame.store()
    st.markdown(f"**{t('review.machine')}**")
    ids = [task.conversation_id]
    scores = store.scores_of(task.run_id, batch.score_key, ids).get(task.conversation_id, [])
    row = store.fact(task.run_id, batch.score_key, task.conversation_id)
    lines = []
    for question in asked:
        verdict = question.machine(row) if row is not None else None
        text = t("machine.silent") if verdict is None else t("machine.yes") if verdict else t("machine.no")
        lines.append(f"<li><span>{escape(t(f'question.{question.id}.short'))}</span><b>{escape(text)}</b></li>")
    st.html(f"<ol class=ek-asked>{''.join(lines)}</ol>")
    findings = [f for score in scores if score.verdict in {"fail", "unsure"} for f in score.findings if not f.passed]
    talk.reasons(findings)
    if opinion is not None:
        st.caption(f"{t(f'machine.{opinion.label}')}{f': {_plain(opinion.note)}' if opinion.note else ''}")
        return
    reason = st.text_input(t("machine.because"), key=f"because-{task.position}")
    left, right = st.columns(2)
    for column, label in ((left, "agree"), (right, "disagree")):
        column.button(
            t(f"machine.{label}"), key=f"machine-{label}", shortcut="a" if label == "agree" else "d", width="stretch",
            on_click=_answer, args=(task, place, MACHINE, label, None, reason),
        )  # fmt: skip


def _comments(mine: Sequence[Review], one: Conversation) -> None:
    for review in current(mine).values():
        if review.conversation_id == one.id and review.question.startswith(COMMENT):
            st.caption(f"✎ {frame.nth(review.turn)}: {_plain(review.note)}")


def _end(total: int, mine: Sequence[Review]) -> None:
    frame.lead(plural("review.end", total))
    store, me = frame.store(), access.person().name
    record = next((r for r in reviewer_records(store.reviews()) if r.reviewer == me), None)
    if record is None or not record.n_double + record.n_gold:
        st.caption(t("review.no_double"))
    else:
        st.markdown(t("review.mine", agreed=record.n_double_agreed, n=record.n_double))
        st.markdown(t("review.mine_gold", agreed=record.n_gold_agreed, n=record.n_gold))
    if mine and st.button(t("review.look_again"), key="look-again"):
        st.session_state["review.at"] = (mine[0].batch, 0)
        st.rerun()


def everyone(batch: Batch, tasks: Sequence[Task], reviews: Sequence[Review]) -> None:
    """How far each reviewer is."""
    rows = []
    for name in sorted({task.reviewer for task in tasks if task.reviewer}):
        stand = progress(
            batch, [task for task in tasks if task.reviewer == name], [r for r in reviews if r.reviewer == name]
        )
        rows.append({t("col.who"): name, t("review.done"): stand.n_done, t("review.of"): stand.n_total})
    free = sum(task.reviewer is None for task in tasks)
    if rows:
        st.dataframe(pd.DataFrame(rows), hide_index=True)
    if free:
        st.caption(plural("review.free", free))


def draw_batch() -> None:
    """The form that draws a batch, for admins."""
    if access.person().role != "admin":
        st.caption(t("review.ask_admin"))
        return
    chosen = frame.view()
    with st.form("draw", border=True):
        st.markdown(
            t("review.draw_from", release=chosen.run.release, week=chosen.slices.get("week") or t("review.all_weeks"))
        )
        size = st.number_input(t("review.size"), 20, 1000, 80, step=10, key="draw.size")
        names = st.text_input(t("review.who"), key="draw.who", help=t("review.who_help"))
        seed = st.number_input(t("review.seed"), 0, 10**9, 0, key="draw.seed")
        if st.form_submit_button(t("review.draw"), type="primary"):
            reviewers = [name.strip() for name in (names or "").split(",") if name.strip()]
            frame.guarded(
                lambda: new_batch(
                    frame.store(), chosen.run, seed=int(seed), now=now(), week=chosen.slices.get("week"), n=int(size),
                    reviewers=reviewers, score_key=chosen.score_key,
                )
            )  # fmt: skip
            st.rerun()
