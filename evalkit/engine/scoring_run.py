"""Scores stored conversations through the funnel, in worker processes where it pays, and stores scores and facts."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import islice
from multiprocessing import get_context
from typing import TYPE_CHECKING

from msgspec import structs, to_builtins

from evalkit.model import Case, Conversation, Data, Run, Score, ScorerSpec
from evalkit.policy.zero_tolerance import count_zero_tolerance
from evalkit.scoring import World, gather, group_scores, score, score_key
from evalkit.store.facts import facts_of
from evalkit.store.store import Store

if TYPE_CHECKING:
    from evalkit.engine.judging import Judging

WORTH_A_POOL = 400
"""Below this many conversations starting processes takes longer than scoring."""
CHUNK = 100


@dataclass(frozen=True, slots=True)
class _Unit:
    run_id: str
    conversations: tuple[Conversation, ...]
    cases: dict[str, Case]
    judged: Mapping[str, Data]
    """What the judge made of these conversations, by their ids."""


Scored = tuple[Conversation, list[Score]]


def score_run(
    store: Store,
    run: Run,
    world: World,
    *,
    workers: int | None = None,
    judging: Judging | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> str:
    """The key of the set of scores that was written; scoring again under the same key changes nothing.

    With `judging`, the judge is asked first about each conversation; answers that its cache holds cost nothing.
    """
    key = score_key(world.scorers, world.policy, world.knowledge.snapshot if world.knowledge else None)
    cases = store.cases(run.id)
    n_total = store.count_conversations(run.id)
    n_workers = workers if workers is not None else (os.cpu_count() or 1) if n_total >= WORTH_A_POOL else 1
    done = 0
    grouped = _scored_in_groups(store, run, world, cases)
    financial = world.policy.escalation.financial
    units = _units(store, run, cases, judging)
    for alone in _scored(units, world, n_workers):
        scored = [(talk, [*scores, *grouped.get(talk.id, ())]) for talk, scores in alone]
        store.add_scores(
            run.id,
            key,
            [
                (
                    talk.id,
                    scores,
                    facts_of(
                        run,
                        talk,
                        scores,
                        critical=bool(talk.case_id and cases.get(talk.case_id) and cases[talk.case_id].critical),
                        n_zero=count_zero_tolerance(scores, financial=financial),
                    ),
                )
                for talk, scores in scored
            ],
        )
        store.add_passages(run.id, cited_passages(world, (s for _, scores in scored for s in scores)))
        done += len(scored)
        if on_progress is not None:
            on_progress(done, n_total)
    _remember(store, run, key, world)
    return key


SCORED_BY = "scorers:"
"""Attribute of a run, with the key of a set of scores: what made the set, so that another run can be scored alike."""


def _remember(store: Store, run: Run, key: str, world: World) -> None:
    stored, name = store.run(run.id), f"{SCORED_BY}{key}"
    if name not in stored.attributes:
        specs = json.dumps([[scorer.name, to_builtins(scorer)] for scorer in world.scorers])
        store.add_run(structs.replace(stored, attributes={**stored.attributes, name: specs}))


def scored_by(run: Run, key: str) -> tuple[ScorerSpec, ...] | None:
    """The scorers that made a set of scores, None where the run does not say."""
    said = run.attributes.get(f"{SCORED_BY}{key}")
    return tuple(ScorerSpec(name=name, args=args) for name, args in json.loads(said)) if said else None


def _units(store: Store, run: Run, cases: dict[str, Case], judging: Judging | None) -> Iterator[_Unit]:
    talks = store.conversations(run.id)
    if judging is None:
        for chunk in _chunks(talks, CHUNK):
            yield _Unit(run.id, chunk, cases, {})
        return
    for batch, answers in judging.over(talks, store):
        yield _Unit(run.id, tuple(batch), cases, {t.id: a for t, a in zip(batch, answers, strict=True)})


def _scored_in_groups(store: Store, run: Run, world: World, cases: Mapping[str, Case]) -> dict[str, list[Score]]:
    """The scores of the scorers that compare conversations with one another, by conversation."""
    scorers = [scorer for scorer in world.scorers if scorer.scope == "group"]
    grouped = {case.id: case.group for case in cases.values() if case.group is not None}
    if not scorers or not grouped:
        return {}
    groups: dict[str, list[Conversation]] = {}
    for talk in store.conversations(run.id):
        name = grouped.get(talk.case_id or "")
        if name is not None and talk.failure is None:
            groups.setdefault(name, []).append(talk)
    found: dict[str, list[Score]] = {}
    for name in sorted(groups):
        for scorer in scorers:
            for id_, score_ in group_scores(scorer, groups[name], world):
                found.setdefault(id_, []).append(score_)
    return found


def cited_passages(world: World, scores: Iterable[Score]) -> dict[str, Data]:
    """The passages that findings cite, by hash, so that a run can be read without the knowledge base."""
    base = world.knowledge
    if base is None:
        return {}
    wanted = {e.passage_hash for s in scores for finding in s.findings for e in finding.evidence if e.passage_hash}
    if not wanted:
        return {}
    found: dict[str, Data] = {}
    for passage in base.passages:
        if passage.hash in wanted:
            document = base.document_of(passage)
            found[passage.hash] = {
                "text": passage.text,
                "document_id": document.id,
                "title": document.title,
                "url": document.url,
                "valid_from": document.valid_from.isoformat() if document.valid_from else None,
                "valid_to": document.valid_to.isoformat() if document.valid_to else None,
            }
    return found


def _scored(units: Iterable[_Unit], world: World, n_workers: int) -> Iterator[list[Scored]]:
    if n_workers <= 1:
        for unit in units:
            yield _score_unit(unit, world)
        return
    with ProcessPoolExecutor(
        n_workers, mp_context=get_context("spawn"), initializer=_begin_worker, initargs=(world,)
    ) as pool:
        yield from _bounded_map(pool, units, ahead=2 * n_workers)


def _bounded_map(pool: ProcessPoolExecutor, units: Iterable[_Unit], ahead: int) -> Iterator[list[Scored]]:
    # Only a few units are in flight, so that memory does not grow with the run.
    units = iter(units)
    waiting = [pool.submit(_score_in_worker, unit) for unit in islice(units, ahead)]
    while waiting:
        first = waiting.pop(0)
        yield first.result()
        waiting += [pool.submit(_score_in_worker, unit) for unit in islice(units, 1)]


_WORLD: list[World] = []


def _begin_worker(world: World) -> None:
    _WORLD[:] = [world]


def _score_in_worker(unit: _Unit) -> list[Scored]:
    return _score_unit(unit, _WORLD[0])


def _score_unit(unit: _Unit, world: World) -> list[Scored]:
    scored = []
    if unit.judged:
        world = replace(world, judged=unit.judged)
    for talk in unit.conversations:
        case = unit.cases.get(talk.case_id or "")
        scored.append((talk, score(talk, case, gather(talk, case, world), world.scorers)))
    return scored


def _chunks(items: Iterable[Conversation], size: int) -> Iterator[tuple[Conversation, ...]]:
    iterator = iter(items)
    while chunk := tuple(islice(iterator, size)):
        yield chunk
