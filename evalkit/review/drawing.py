"""Draws a week's batch: four cells by the machine's verdict and its doubt, random inside each, readers at random."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from random import Random

from evalkit.errors import InputError
from evalkit.model import Run, Score, content_hash
from evalkit.review.questions import questions as known_questions
from evalkit.store.batches import Batch, Batches, Cell, Role, Task
from evalkit.store.facts import Facts
from evalkit.store.store import Store

CELLS = ("A", "B", "C", "D")
"""A: failed, in doubt. B: failed, sure. C: passed, in doubt or contradicted. D: passed, sure (the random audit)."""
SHARES: Mapping[str, int] = {"A": 20, "B": 12, "C": 20, "D": 28}
"""The usual 80. Source: optimal allocation (Neyman 1934), bent towards failures so that reviewers see more of them."""
SIZE, LEAST = 80, 5
DOUBLE_RATE = 0.2
N_GOLD = 4


def cell_of(row: Facts, scores: Sequence[Score]) -> str | None:
    """The cell of one conversation, None for one that broke before it could be judged.

    >>> cell_of(Facts(conversation_id="c", passed=1, satisfied=0), [Score(scorer="tone", verdict="pass")])
    'C'
    """
    if row.error is not None:
        return None
    doubtful = any(score.verdict == "unsure" for score in scores)
    if row.passed == 0:
        counting = [f for s in scores if s.verdict == "fail" for f in s.findings if not f.passed]
        return "B" if not doubtful and any(f.confidence == "exact" for f in counting) else "A"
    contradicted = row.satisfied == 0 or row.solved == 0 or row.looped == 1 or row.false_fallback == 1
    return "C" if doubtful or contradicted or row.passed is None else "D"


def allocate(sizes: Mapping[str, int], n: int = SIZE) -> dict[str, int]:
    """How many to draw in each cell: the usual shares, at least 5, a small cell taken whole and its rest given to D.

    >>> allocate({"A": 150, "B": 150, "C": 150, "D": 1050})
    {'A': 20, 'B': 12, 'C': 20, 'D': 28}
    >>> allocate({"A": 3, "B": 150, "C": 150, "D": 1050})
    {'A': 3, 'B': 12, 'C': 20, 'D': 45}
    """
    total = sum(SHARES.values())
    drawn = {cell: min(sizes.get(cell, 0), max(LEAST, round(n * SHARES[cell] / total))) for cell in CELLS}
    left = n - sum(drawn.values())
    for cell in ("D", "A", "C", "B"):
        if left > 0:
            more = min(left, sizes.get(cell, 0) - drawn[cell])
            drawn[cell] += more
            left -= more
        elif left < 0:
            fewer = min(-left, max(0, drawn[cell] - LEAST))
            drawn[cell] -= fewer
            left += fewer
    return drawn


def strata(rows: Iterable[Facts], scores: Mapping[str, Sequence[Score]], week: str | None = None) -> dict[str, str]:
    """The cell of each conversation of the window; those that broke are left out."""
    found: dict[str, str] = {}
    for row in rows:
        if week is None or row.week == week:
            cell = cell_of(row, scores.get(row.conversation_id, ()))
            if cell is not None:
                found[row.conversation_id] = cell
    return found


def new_batch(
    store: Store,
    run: Run,
    *,
    seed: int,
    now: datetime,
    week: str | None = None,
    n: int = SIZE,
    reviewers: Sequence[str] = (),
    questions: Sequence[str] = (),
    score_key: str | None = None,
) -> Batch:
    """A stored, open batch. With two or more reviewers each task has its reader at once; else tasks are taken.

    Raises: InputError when the window holds no scored conversation, or this batch was drawn before.
    """
    key = score_key or store.latest_score_key(run.id)
    rows = [row for row in store.facts(run.id, key) if week is None or row.week == week]
    cells = strata(rows, dict(store.scores(run.id, key)), week)
    if not cells:
        raise InputError(f"nothing to review: run '{run.id}' has no scored conversation{f' in {week}' if week else ''}")
    batch_id = content_hash("batch", run.id, key, week, seed, n)
    book = Batches(store)
    if any(batch.id == batch_id for batch in book.all()):
        raise InputError(f"batch {batch_id} was drawn before; another --seed draws another one")
    random = Random(f"{batch_id}:{seed}")
    members = {cell: sorted(id_ for id_, c in cells.items() if c == cell) for cell in CELLS}
    drawn = allocate({cell: len(ids) for cell, ids in members.items()}, n)
    picked = {cell: random.sample(members[cell], drawn[cell]) for cell in CELLS}
    batch = Batch(
        id=batch_id,
        run_id=run.id,
        score_key=key,
        release=run.release,
        week=week,
        seed=seed,
        cells=tuple(Cell(name=cell, n_population=len(members[cell]), n_drawn=drawn[cell]) for cell in CELLS),
        questions=tuple(question.id for question in known_questions(questions)),
        reviewers=tuple(reviewers),
        n_unscored=len(rows) - len(cells),
        created_at=now,
    )
    book.add(batch, _tasks(batch, picked, _gold(store, run.id), random))
    return batch


def _gold(store: Store, run_id: str) -> list[str]:
    # Only conversations of the same run can be shown again: a task names the run that it reads from.
    here = {batch.id for batch in Batches(store).all() if batch.run_id == run_id and batch.closed_at is not None}
    decided = {r.conversation_id for r in store.reviews() if r.stage == "adjudication" and r.batch in here}
    return sorted(decided)


def _tasks(batch: Batch, picked: Mapping[str, list[str]], gold: Sequence[str], random: Random) -> list[Task]:
    cell_of_id = {id_: cell for cell, ids in picked.items() for id_ in ids}
    share = {cell.name: cell.n_drawn / cell.n_population for cell in batch.cells if cell.n_population}
    order = sorted(cell_of_id)
    random.shuffle(order)
    doubles = set(random.sample(order, round(DOUBLE_RATE * len(order)))) if len(batch.reviewers) != 1 else set()
    repeats = [id_ for id_ in gold if id_ not in cell_of_id]
    readings: list[tuple[str, Role]] = [(id_, "first") for id_ in order]
    readings += [(id_, "second") for id_ in order if id_ in doubles]
    readings += [(id_, "gold") for id_ in random.sample(repeats, min(N_GOLD, len(repeats)))]
    random.shuffle(readings)
    readers = _readers(readings, batch.reviewers, random)
    return [
        Task(
            batch=batch.id,
            position=position,
            run_id=batch.run_id,
            conversation_id=id_,
            role=role,
            reviewer=reader,
            cell=cell_of_id.get(id_, "gold"),
            inclusion_probability=share[cell_of_id[id_]] if role != "gold" else None,
        )
        for position, ((id_, role), reader) in enumerate(zip(readings, readers, strict=True))
    ]


def _readers(readings: Sequence[tuple[str, Role]], reviewers: Sequence[str], random: Random) -> list[str | None]:
    if not reviewers:
        return [None] * len(readings)
    load = dict.fromkeys(reviewers, 0)
    has: dict[str, set[str]] = {name: set() for name in reviewers}
    found: list[str | None] = []
    for id_, _ in readings:
        names = [name for name in reviewers if id_ not in has[name]]
        random.shuffle(names)
        name = min(names, key=load.__getitem__)
        load[name] += 1
        has[name].add(id_)
        found.append(name)
    return found
