"""Scores stored conversations through the funnel on an engine, and stores scores and facts."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from msgspec import json as msgspec_json
from msgspec import structs, to_builtins

from evalkit import __version__
from evalkit.model import Case, Conversation, Data, Run, Score, ScorerSpec, content_hash
from evalkit.scale.driving import Engine, scored_rows
from evalkit.scale.local import LocalEngine
from evalkit.scale.units import Job, PartUnit, TalkUnit, Unit
from evalkit.scoring import World, group_scores, score_key
from evalkit.store.parts import GROUP_ROWS
from evalkit.store.store import Store

if TYPE_CHECKING:
    from evalkit.engine.judging import Judging

WORTH_A_POOL = 400
"""Below this many conversations starting processes takes longer than scoring."""
CHUNK = 100
_T = TypeVar("_T")


def score_run(
    store: Store,
    run: Run,
    world: World,
    *,
    workers: int | None = None,
    engine: Engine | None = None,
    judging: Judging | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    on_quarantine: Callable[[str, str], None] | None = None,
) -> str:
    """The key of the set of scores that was written; scoring again under the same key changes nothing.

    With `judging`, the judge is asked first about each conversation; answers that its cache holds cost nothing.
    A scoring that was killed goes on where it was. `on_quarantine` hears of each conversation that could not be
    scored, with the reason; its scores are errors.
    """
    key = score_key(world.scorers, world.policy, world.knowledge.snapshot if world.knowledge else None)
    n_total = store.count_conversations(run.id)
    cases = store.cases(run.id)
    folder = _folder(store, run, key, world, cases)
    job = Job(run, world, cases, _scored_in_groups(store, run, world, cases), folder)
    known = set() if judging is not None or folder is not None else _scored_before(store, run, key)
    done, cited = len(known), set[str]()
    units = _units(store, run, judging, known, packed=folder is not None)
    for rows in scored_rows(engine or _this_machine(workers, n_total), job, units, _ids_of(store, run)):
        store.add_rows(run.id, key, rows)
        wanted = {hash_ for row in rows for hash_ in row.cites} - cited
        store.add_passages(run.id, passages_by_hash(world, wanted))
        cited |= wanted
        done += len(rows)
        for row in rows if on_quarantine is not None else ():
            if on_quarantine is not None and row.quarantined is not None:
                on_quarantine(row.conversation_id, row.quarantined)
        if on_progress is not None:
            on_progress(done, n_total)
    store.words.index(run.id)
    _remember(store, run, key, world)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
    return key


def _this_machine(workers: int | None, n_total: int) -> LocalEngine:
    return LocalEngine(workers if workers is not None else (os.cpu_count() or 1) if n_total >= WORTH_A_POOL else 1)


def _scored_before(store: Store, run: Run, key: str) -> set[str]:
    # The run remembers a set when it is whole; without that, a scoring was cut short.
    whole = f"{SCORED_BY}{key}" in store.run(run.id).attributes
    return set() if whole or key not in store.score_keys(run.id) else store.scored_ids(run.id, key)


def _folder(store: Store, run: Run, key: str, world: World, cases: Mapping[str, Case]) -> Path | None:
    """Where workers leave the rows of a packed run; the name holds all that the rows depend on beyond their part."""
    if store.parts.folder is None or not store.parts.of(run.id):
        return None
    made_of = content_hash(__version__, key, run, to_builtins(world.policy), list(cases.values()))
    return store.parts.folder.absolute() / run.id / f"scores-{made_of}"


def _ids_of(store: Store, run: Run) -> Callable[[Unit], Sequence[str]]:
    def ids(unit: Unit) -> Sequence[str]:
        if isinstance(unit, TalkUnit):
            return [id_ for id_, _ in unit.talks]
        first = unit.group * GROUP_ROWS
        return store.parts.ids_at(run.id, unit.hash, first + unit.start, first + unit.stop)

    return ids


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


def _units(store: Store, run: Run, judging: Judging | None, known: set[str], *, packed: bool) -> Iterator[Unit]:
    if judging is not None:
        for batch, answers in judging.over(store.conversations(run.id), store):
            judged: dict[str, Data] = {t.id: a for t, a in zip(batch, answers, strict=True)}
            yield TalkUnit(tuple((talk.id, msgspec_json.encode(talk)) for talk in batch), judged)
        return
    if packed:
        # Each row group must hold exactly what the index says.
        store.parts.settle(run.id)
        for part in store.parts.of(run.id):
            for start in range(0, part.n, GROUP_ROWS):
                n = min(GROUP_ROWS, part.n - start)
                yield PartUnit(part.path.absolute(), part.hash, start // GROUP_ROWS, 0, n)
    loose = (body for body in store.loose_bodies(run.id) if body[0] not in known)
    for chunk in _chunks(loose, CHUNK):
        yield TalkUnit(chunk, {})


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
    cited = {e.passage_hash for s in scores for finding in s.findings for e in finding.evidence if e.passage_hash}
    return passages_by_hash(world, cited)


def passages_by_hash(world: World, wanted: set[str]) -> dict[str, Data]:
    """What the knowledge base holds of these passages, by their hashes."""
    base = world.knowledge
    if base is None or not wanted:
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


def _chunks(items: Iterable[_T], size: int) -> Iterator[tuple[_T, ...]]:
    iterator = iter(items)
    while chunk := tuple(islice(iterator, size)):
        yield chunk
