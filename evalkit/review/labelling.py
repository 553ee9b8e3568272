"""Labels: appended, never overwritten, each version attributed; two people cannot overwrite each other unseen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from evalkit.errors import InputError, StoreError
from evalkit.model import Review, content_hash
from evalkit.review.questions import UNSURE, questions
from evalkit.store.batches import Batch, Batches, Task
from evalkit.store.store import Store

MACHINE = "#machine"
"""Question id under which a reviewer says whether the machine's verdict was right, and why not."""
COMMENT = "#comment"
"""Question id of a comment on a turn or a span of it; each is a label of its own by the turn's number."""
_SECONDS_PER_TASK = 75.0


class Conflict(InputError):
    """Somebody saved a newer version of this label meanwhile; read it again before changing it."""


@dataclass(frozen=True, slots=True)
class Span:
    """Characters [start, end) of a turn that a comment is about."""

    turn: int
    start: int | None = None
    end: int | None = None


def save_label(
    store: Store,
    task: Task,
    question: str,
    reviewer: str,
    label: str,
    *,
    now: datetime,
    seen_version: int = 0,
    note: str | None = None,
    span: Span | None = None,
) -> Review:
    """The stored label; `seen_version` is the newest version that the reviewer saw, 0 for none.

    Raises: Conflict when there is a newer one; InputError for a closed batch, a wrong answer, unsure without a reason.
    """
    _check(store, task, question, label, note)
    return _append(store, task, question, reviewer, label, now, seen_version, note, span, stage=_stage(task))


def adjudicate(
    store: Store, task: Task, question: str, decider: str, label: str, *, why: str, now: datetime, seen_version: int = 0
) -> Review:
    """The stored decision between two labels, with one sentence why; both labels stay as they are.

    Raises: InputError without a reason, Conflict when it was decided meanwhile.
    """
    if not why.strip():
        raise InputError("a decision needs one sentence why")
    known = [r for r in store.reviews(task.conversation_id, batch=task.batch) if r.question == question]
    if any(r.stage == "adjudication" and r.reviewer != decider for r in known):
        raise Conflict("somebody else decided this meanwhile; read it again")
    _check(store, task, question, label, why)
    return _append(store, task, question, decider, label, now, seen_version, why, None, stage="adjudication")


def current(reviews: Iterable[Review]) -> dict[tuple[str, str, str, str], Review]:
    """The newest version of each label by (conversation, question, reviewer, stage)."""
    newest: dict[tuple[str, str, str, str], Review] = {}
    for review in reviews:
        key = (review.conversation_id, review.question, review.reviewer, review.stage)
        if key not in newest or newest[key].version < review.version:
            newest[key] = review
    return newest


def final(reviews: Iterable[Review]) -> dict[tuple[str, str], Review]:
    """One label by (conversation, question): the decision where there is one, else the first reader's.

    Two readers who disagree and wait for a decision have none; repeats of decided conversations are left out.
    """
    by_key: dict[tuple[str, str], list[Review]] = {}
    for review in current(reviews).values():
        if "#" not in review.question and review.stage != "gold":
            by_key.setdefault((review.conversation_id, review.question), []).append(review)
    found: dict[tuple[str, str], Review] = {}
    for key, group in by_key.items():
        decided = [r for r in group if r.stage == "adjudication"]
        if decided:
            found[key] = max(decided, key=lambda r: r.version)
        elif len({r.label for r in group}) == 1:
            found[key] = group[0]
    return found


@dataclass(frozen=True, slots=True)
class Dispute:
    """Two readers of one conversation who answered one question differently."""

    conversation_id: str
    question: str
    labels: tuple[Review, ...]
    decision: Review | None = None


def disputes(reviews: Iterable[Review]) -> list[Dispute]:
    """Every double-rated disagreement, open ones first."""
    by_key: dict[tuple[str, str], list[Review]] = {}
    for review in current(reviews).values():
        if "#" not in review.question and review.stage != "gold":
            by_key.setdefault((review.conversation_id, review.question), []).append(review)
    found: list[Dispute] = []
    for (conversation_id, question), group in sorted(by_key.items()):
        labels = tuple(sorted((r for r in group if r.stage == "label"), key=lambda r: r.reviewer))
        if len({r.label for r in labels}) > 1:
            decided = next((r for r in group if r.stage == "adjudication"), None)
            found.append(Dispute(conversation_id, question, labels, decided))
    return sorted(found, key=lambda dispute: dispute.decision is not None)


def comment(
    store: Store, task: Task, reviewer: str, text: str, *, turn: int, quote: str, turn_text: str, now: datetime
) -> Review:
    """The stored comment on the quoted words of a turn, on the whole turn where they do not stand in it.

    Raises: InputError for an empty comment.
    """
    if not text.strip():
        raise InputError("an empty comment says nothing")
    at = turn_text.find(quote) if quote.strip() else -1
    span = Span(turn, at, at + len(quote)) if at >= 0 else Span(turn)
    question = f"{COMMENT}:{turn}"
    known = [
        r for r in store.reviews(task.conversation_id, batch=task.batch, reviewer=reviewer) if r.question == question
    ]
    seen = max((r.version for r in known), default=0)
    return save_label(
        store, task, question, reviewer, "comment", now=now, seen_version=seen, note=text, span=span
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Progress:
    """Where one reviewer stands; `minutes_left` from their own pace, or 75 s a conversation before it is known."""

    n_done: int
    n_total: int
    minutes_left: float


def progress(batch: Batch, tasks: Sequence[Task], mine: Iterable[Review], *, n_free: int = 0) -> Progress:
    """How many of a reviewer's conversations have every question answered; `n_free` more wait for whoever comes."""
    done: dict[str, set[str]] = {}
    times: list[datetime] = []
    for review in mine:
        done.setdefault(review.conversation_id, set()).add(review.question)
        if review.at is not None:
            times.append(review.at)
    n_done = sum(set(batch.questions) <= done.get(task.conversation_id, set()) for task in tasks)
    n_total = len(tasks) + n_free
    return Progress(n_done, n_total, (n_total - n_done) * _pace_s(sorted(times), n_done) / 60)


def my_tasks(store: Store, batch: Batch, reviewer: str) -> list[Task]:
    """The tasks of a reviewer in reading order."""
    return Batches(store).tasks(batch.id, reviewer)


def _pace_s(times: Sequence[datetime], n_done: int) -> float:
    gaps = [(b - a).total_seconds() for a, b in zip(times, times[1:], strict=False)]
    worked = sum(gap for gap in gaps if gap < 600)
    return worked / n_done if n_done >= 5 and worked else _SECONDS_PER_TASK


def _stage(task: Task) -> str:
    return "gold" if task.role == "gold" else "label"


def _check(store: Store, task: Task, question: str, label: str, note: str | None) -> None:
    if label == UNSURE and not (note or "").strip():
        raise InputError("unsure needs a reason: what is missing to tell?")
    if "#" not in question:
        asked = questions([question])[0]
        if label != UNSURE and label not in asked.answers:
            raise InputError(f"'{label}' is no answer to '{question}' (answers: {', '.join(asked.answers)})")
    if Batches(store).get(task.batch).closed_at is not None:
        raise InputError("this batch is closed; its labels stay as they are")


def _append(
    store: Store,
    task: Task,
    question: str,
    reviewer: str,
    label: str,
    now: datetime,
    seen_version: int,
    note: str | None,
    span: Span | None,
    *,
    stage: str,
) -> Review:
    known = [r for r in store.reviews(task.conversation_id, reviewer=reviewer) if r.question == question]
    newest = max(known, key=lambda r: r.version, default=None)
    here = [r.version for r in known if r.batch == task.batch and r.stage == stage]
    if max(here, default=0) != seen_version:
        raise Conflict("a newer version of this label was saved meanwhile; read it again")
    # Versions count over all batches, because a conversation may come back as a repeat.
    version = (newest.version if newest else 0) + 1
    review = Review(
        id=content_hash("review", task.conversation_id, question, reviewer, version),
        conversation_id=task.conversation_id,
        question=question,
        reviewer=reviewer,
        label=label,
        note=(note or "").strip() or None,
        turn=span.turn if span else None,
        start=span.start if span else None,
        end=span.end if span else None,
        at=now,
        batch=task.batch,
        cell=task.cell,
        inclusion_probability=task.inclusion_probability,
        version=version,
        supersedes=newest.id if newest and here else None,
        stage=stage,  # type: ignore[arg-type]
    )
    try:
        store.add_review(review)
    except StoreError as error:
        if "unique" not in str(error).lower():
            raise
        raise Conflict("a newer version of this label was saved meanwhile; read it again") from error
    return review
