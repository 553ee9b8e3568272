"""The weekly queue: four cells, known probabilities, blind double rating, repeats; reproducible by its seed."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.errors import InputError
from evalkit.model import Finding, Score
from evalkit.review.drawing import CELLS, LEAST, allocate, cell_of, new_batch
from evalkit.review.labelling import adjudicate, my_tasks, save_label
from evalkit.store.batches import Batches
from evalkit.store.facts import Facts
from evalkit.store.store import Store
from tests.review.weeks import NOW, week


@given(st.fixed_dictionaries({cell: st.integers(0, 400) for cell in CELLS}), st.integers(40, 120))
def test_property_a_draw_takes_what_is_asked_and_never_more_than_a_cell_holds(sizes: dict[str, int], n: int) -> None:
    drawn = allocate(sizes, n)
    assert sum(drawn.values()) == min(n, sum(sizes.values()))
    for cell, size in sizes.items():
        assert min(LEAST, size) <= drawn[cell] <= size


@pytest.mark.parametrize(
    ("row", "scores", "cell"),
    [
        ({"passed": 0}, [("fail", "exact")], "B"),
        ({"passed": 0}, [("fail", "heuristic")], "A"),
        ({"passed": 0}, [("fail", "exact"), ("unsure", None)], "A"),
        ({"passed": 1}, [("pass", None)], "D"),
        ({"passed": 1}, [("unsure", None)], "C"),
        ({"passed": 1, "satisfied": 0}, [("pass", None)], "C"),
        ({"passed": 1, "satisfied": 1}, [("pass", None)], "D"),
        ({"passed": None}, [("skip", None)], "C"),
        ({"passed": 0, "error": "bot"}, [("fail", "exact")], None),
    ],
)
def test_the_cell_says_verdict_and_doubt(
    row: dict[str, object], scores: list[tuple[str, str | None]], cell: str
) -> None:
    said = [
        Score(scorer="s", verdict=v, findings=(Finding(rule="r", confidence=c),) if c else ())  # type: ignore[arg-type]
        for v, c in scores
    ]
    assert cell_of(Facts(conversation_id="c", **row), said) == cell  # type: ignore[arg-type]


def test_a_batch_holds_eighty_conversations_and_reads_a_fifth_of_them_twice(store: Store) -> None:
    run = week(store)
    batch = new_batch(store, run, seed=3, now=NOW, reviewers=["ann", "bo", "cy"])
    tasks = Batches(store).tasks(batch.id)
    roles = Counter(task.role for task in tasks)
    assert roles == {"first": 80, "second": 16}
    for task in tasks:
        cell = next(cell for cell in batch.cells if cell.name == task.cell)
        assert task.inclusion_probability == cell.n_drawn / cell.n_population
    readers = Counter((task.conversation_id, task.reviewer) for task in tasks)
    assert max(readers.values()) == 1, "nobody reads the same conversation twice"
    loads = Counter(task.reviewer for task in tasks)
    assert max(loads.values()) - min(loads.values()) <= 1


def test_the_same_seed_draws_the_same_and_another_seed_draws_another(store: Store) -> None:
    run = week(store)
    one = new_batch(store, run, seed=1, now=NOW, n=40)
    two = new_batch(store, run, seed=2, now=NOW, n=40)
    drawn = [{t.conversation_id for t in Batches(store).tasks(b.id)} for b in (one, two)]
    assert drawn[0] != drawn[1]
    with pytest.raises(InputError, match="drawn before"):
        new_batch(store, run, seed=1, now=NOW, n=40)


def test_an_empty_week_is_told(store: Store) -> None:
    run = week(store, 30)
    with pytest.raises(InputError, match="nothing to review"):
        new_batch(store, run, seed=1, now=NOW, week="2020-W01")


def test_a_lone_reviewer_reads_nothing_twice(store: Store) -> None:
    run = week(store, 100)
    batch = new_batch(store, run, seed=1, now=NOW, reviewers=["ann"])
    assert {task.role for task in Batches(store).tasks(batch.id)} == {"first"}


def test_decided_conversations_come_back_as_repeats(store: Store) -> None:
    run = week(store)
    first = new_batch(store, run, seed=1, now=NOW, n=40, reviewers=["ann", "bo"])
    for task in my_tasks(store, first, "ann")[:6]:
        save_label(store, task, "resolved", "ann", "yes", now=NOW)
        adjudicate(store, task, "resolved", "lead", "no", why="the customer wrote again", now=NOW)
    assert Batches(store).close(first.id, NOW)
    second = new_batch(store, run, seed=2, now=NOW, n=40, reviewers=["ann", "bo"])
    repeats = [task for task in Batches(store).tasks(second.id) if task.role == "gold"]
    assert 1 <= len(repeats) <= 4
    assert all(task.inclusion_probability is None for task in repeats)


def test_two_who_take_tasks_at_once_never_get_the_same(store: Store) -> None:
    from concurrent.futures import ThreadPoolExecutor

    run = week(store)
    batch = new_batch(store, run, seed=3, now=NOW)
    book = Batches(store)

    def take_all(name: str) -> list[int]:
        taken = []
        while (task := book.take(batch.id, name)) is not None:
            taken.append(task.position)
        return taken

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(take_all, [f"r{n}" for n in range(8)]))
    positions = [position for mine in taken for position in mine]
    assert sorted(positions) == list(range(96))
    held = Counter((t.conversation_id, t.reviewer) for t in book.tasks(batch.id))
    assert max(held.values()) == 1
