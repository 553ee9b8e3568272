"""The funnel: `gather` collects what scores need from the world, `score` turns a conversation into scores.

Live replay, stored runs, imports, the pytest plugin and every worker of a cluster call the same `score`.
A scorer that raises becomes a score with verdict `error`: never a pass, never a stop.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import msgspec

from evalkit import plugins
from evalkit.errors import InputError, near_match
from evalkit.model import Case, Conversation, Score, ScorerSpec, content_hash
from evalkit.policy.loading import narrow
from evalkit.policy.sections import SCORER_SECTIONS, Policy
from evalkit.scorers.door import Context, Scorer
from evalkit.scorers.reading import Reading

if TYPE_CHECKING:
    from evalkit.knowledge import Knowledge


_PARTS = ("name", "version", "reads", "needs", "scope", "score")


@dataclass(frozen=True, slots=True)
class World:
    """What a whole run's scoring shares: the scorers in the order they run, the knowledge base and the policy."""

    scorers: tuple[Scorer, ...]
    policy: Policy = field(default_factory=Policy)
    knowledge: Knowledge | None = None
    judged: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Judge answers by conversation id, then by question id."""
    scored_at: datetime | None = None


def build_scorers(specs: Iterable[ScorerSpec]) -> tuple[Scorer, ...]:
    """The scorers that the specs name, each once, with every scorer that they need, in an order that works.

    Raises: InputError for an unknown scorer or argument, naming the near match, or for scorers that need each other.
    """
    wanted: dict[str, Scorer] = {}
    for spec in specs:
        wanted[spec.name] = _build(spec)
    queue = list(wanted.values())
    while queue:
        for name in queue.pop().needs:
            if name not in wanted:
                wanted[name] = _build(ScorerSpec(name=name))
                queue.append(wanted[name])
    return _ordered(wanted)


def gather(conversation: Conversation, case: Case | None, world: World) -> Context:
    """The context of one conversation: the policy narrowed to it and what the world knows of it."""
    policy = narrow(
        world.policy,
        intent=conversation.intent or (case.intent if case else None),
        language=conversation.language or (case.language if case else None),
        channel=conversation.channel,
    )
    return Context(
        reading=Reading(conversation),
        policy=policy,
        knowledge=world.knowledge,
        scores={},
        judged=world.judged.get(conversation.id, {}),
        scored_at=world.scored_at,
    )


def score(conversation: Conversation, case: Case | None, context: Context, scorers: Sequence[Scorer]) -> list[Score]:
    """One score per scorer with scope `conversation`, in the scorers' order; pure, synchronous, and it never raises.

    A conversation whose replay broke gets verdict `error` with the boundary that broke from every scorer.
    """
    if conversation.failure is not None:
        broken = conversation.failure
        return [
            Score(scorer=scorer.name, verdict="error", boundary=broken.boundary, cause=broken.cause)
            for scorer in scorers
        ]
    done: dict[str, Score] = {}
    narrowed = Context(
        reading=context.reading,
        policy=context.policy,
        knowledge=context.knowledge,
        scores=done,
        judged=context.judged,
        scored_at=context.scored_at,
    )
    for scorer in scorers:
        if scorer.scope == "conversation":
            done[scorer.name] = _score_one(scorer, conversation, case, narrowed)
    return list(done.values())


def group_scores(scorer: Scorer, talks: Sequence[Conversation], world: World) -> list[tuple[str, Score]]:
    """What a scorer of scope `group` says of each of several conversations; a bug of it becomes an error for each."""
    context = gather(talks[0], None, world)
    try:
        found = scorer.score_group(talks, context)  # type: ignore[attr-defined]
    except Exception as error:  # noqa: BLE001 - the boundary that turns a scorer's bug into a verdict
        broken = Score(scorer=scorer.name, verdict="error", boundary="scorer", cause=_cause(error))
        return [(talk.id, broken) for talk in talks]
    return list(found)


def score_key(scorers: Sequence[Scorer], policy: Policy, kb_snapshot: str | None) -> str:
    """The name of a set of scores: it changes with any scorer's version or arguments, the sections read and the KB.

    Two sets with the same key may be compared; a different key adds a set beside the old one.
    """
    sections = sorted({name for scorer in scorers for name in scorer.reads})
    unknown = [name for name in sections if name not in SCORER_SECTIONS]
    if unknown:
        raise InputError(f"a scorer reads the policy section '{unknown[0]}'; scorers may read {SCORER_SECTIONS}")
    return content_hash(
        "score_key",
        sorted((scorer.name, scorer.version, msgspec.to_builtins(scorer)) for scorer in scorers),
        {name: msgspec.to_builtins(getattr(policy, name)) for name in sections},
        msgspec.to_builtins(policy.overrides),
        kb_snapshot,
    )


def _build(spec: ScorerSpec) -> Scorer:
    made = plugins.load("scorers", spec.name)
    missing = [part for part in _PARTS if not hasattr(made, part)]
    if missing:
        raise InputError(f"scorer '{spec.name}' is no scorer: it lacks {', '.join(missing)}")
    known = tuple(getattr(made, "__struct_fields__", ()))
    for name in spec.args:
        if name not in known:
            raise InputError(
                f"scorer '{spec.name}': unknown argument '{name}'{near_match(name, known)}"
                f" (known: {', '.join(known) or 'none'})"
            )
    try:
        scorer: Scorer = msgspec.convert(spec.args, made) if isinstance(made, type) else made
    except (msgspec.ValidationError, TypeError) as error:
        raise InputError(f"scorer '{spec.name}': {error}") from error
    return scorer


def _ordered(wanted: Mapping[str, Scorer]) -> tuple[Scorer, ...]:
    ordered: dict[str, Scorer] = {}
    waiting = dict(wanted)
    while waiting:
        ready = [name for name, scorer in waiting.items() if all(need in ordered for need in scorer.needs)]
        if not ready:
            raise InputError(f"scorers need each other in a circle: {', '.join(sorted(waiting))}")
        for name in ready:
            ordered[name] = waiting.pop(name)
    return tuple(ordered.values())


def _score_one(scorer: Scorer, conversation: Conversation, case: Case | None, context: Context) -> Score:
    try:
        return scorer.score(conversation, case, context)
    except Exception as error:  # noqa: BLE001 - the boundary that turns a scorer's bug into a verdict
        return Score(scorer=scorer.name, verdict="error", boundary="scorer", cause=_cause(error))


def _cause(error: Exception) -> str:
    # The message of a foreign exception may quote the conversation, so only its type and place are kept.
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
