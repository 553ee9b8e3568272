"""Labels: appended and attributed, changed only by who saw the newest version, decided where two disagree."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from evalkit.errors import InputError
from evalkit.review.drawing import new_batch
from evalkit.review.labelling import (
    Conflict,
    Span,
    adjudicate,
    current,
    disputes,
    final,
    my_tasks,
    progress,
    save_label,
)
from evalkit.store.batches import Batches, Task
from evalkit.store.store import Store
from tests.review.weeks import NOW, week


@pytest.fixture
def task(store: Store) -> Task:
    batch = new_batch(store, week(store, 60), seed=1, now=NOW, n=40, reviewers=["ann", "bo"])
    return next(t for t in Batches(store).tasks(batch.id) if t.role == "second" and t.reviewer)


def test_a_changed_label_keeps_every_version(store: Store, task: Task) -> None:
    one = save_label(store, task, "resolved", "ann", "yes", now=NOW)
    two = save_label(store, task, "resolved", "ann", "no", now=NOW, seen_version=one.version, note="wrote again")
    assert two.supersedes == one.id
    assert [r.label for r in store.reviews(task.conversation_id)] == ["yes", "no"]
    assert [r.label for r in current(store.reviews(batch=task.batch)).values()] == ["no"]


def test_a_label_carries_how_it_was_drawn(store: Store, task: Task) -> None:
    saved = save_label(store, task, "correct", "ann", "no", now=NOW, note="30 days", span=Span(1, 7, 14))
    assert (saved.cell, saved.inclusion_probability) == (task.cell, task.inclusion_probability)
    assert (saved.turn, saved.start, saved.end, saved.note, saved.at) == (1, 7, 14, "30 days", NOW)


def test_two_windows_of_one_reviewer_cannot_overwrite_each_other(store: Store, task: Task) -> None:
    save_label(store, task, "resolved", "ann", "yes", now=NOW)
    with pytest.raises(Conflict, match="newer version"):
        save_label(store, task, "resolved", "ann", "no", now=NOW, seen_version=0)


def test_of_many_who_save_at_once_one_wins_and_nothing_is_lost(store: Store, task: Task) -> None:
    def save(_: int) -> bool:
        try:
            save_label(store, task, "resolved", "ann", "yes", now=NOW)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(save, range(8)))
    assert won.count(True) == 1
    assert len(store.reviews(task.conversation_id)) == 1


@pytest.mark.parametrize(
    ("label", "note", "said"),
    [("maybe", None, "no answer"), ("unsure", None, "needs a reason"), ("unsure", "  ", "needs a reason")],
)
def test_a_wrong_answer_is_told(store: Store, task: Task, label: str, note: str | None, said: str) -> None:
    with pytest.raises(InputError, match=said):
        save_label(store, task, "resolved", "ann", label, now=NOW, note=note)
    assert store.reviews() == []


def test_an_unknown_question_names_the_near_one(store: Store, task: Task) -> None:
    with pytest.raises(InputError, match="did you mean 'resolved'"):
        save_label(store, task, "resolvd", "ann", "yes", now=NOW)


def test_a_closed_batch_takes_no_label(store: Store, task: Task) -> None:
    assert Batches(store).close(task.batch, NOW)
    assert not Batches(store).close(task.batch, NOW)
    with pytest.raises(InputError, match="closed"):
        save_label(store, task, "resolved", "ann", "yes", now=NOW)


def test_a_disagreement_has_no_final_label_until_it_is_decided(store: Store, task: Task) -> None:
    save_label(store, task, "resolved", "ann", "yes", now=NOW)
    save_label(store, task, "resolved", "bo", "no", now=NOW)
    assert final(store.reviews()) == {}
    [dispute] = disputes(store.reviews())
    assert [label.label for label in dispute.labels] == ["yes", "no"]
    with pytest.raises(InputError, match="sentence why"):
        adjudicate(store, task, "resolved", "lead", "no", why=" ", now=NOW)
    adjudicate(store, task, "resolved", "lead", "no", why="the customer came back", now=NOW)
    [decided] = disputes(store.reviews())
    assert decided.decision is not None
    assert decided.decision.label == "no"
    assert [label.label for label in decided.labels] == ["yes", "no"], "both labels stay"
    assert [r.label for r in final(store.reviews()).values()] == ["no"]
    with pytest.raises(Conflict):
        adjudicate(store, task, "resolved", "other", "yes", why="I think otherwise", now=NOW)


def test_progress_counts_conversations_with_every_question_answered(store: Store, task: Task) -> None:
    batch = Batches(store).get(task.batch)
    mine = my_tasks(store, batch, "ann")
    for question in batch.questions:
        label = "right" if question == "handover" else "4" if question == "satisfied" else "yes"
        save_label(store, mine[0], question, "ann", label, now=NOW)
    save_label(store, mine[1], "resolved", "ann", "yes", now=NOW)
    stand = progress(batch, mine, store.reviews(batch=batch.id, reviewer="ann"))
    assert (stand.n_done, stand.n_total) == (1, len(mine))
    assert stand.minutes_left == pytest.approx((len(mine) - 1) * 75 / 60)
