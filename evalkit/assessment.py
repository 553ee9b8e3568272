"""One conversation, everything: what all conduct scorers say of it, for notebooks and for measuring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple

from evalkit.model import Conversation, Finding, Score, ScorerSpec
from evalkit.policy.loading import load_policy
from evalkit.policy.sections import Policy
from evalkit.scorers.door import Scorer
from evalkit.scoring import World, build_scorers, gather, score
from evalkit.transcripts import conversation_of

_SCORERS = ("escalation", "loops", "handover", "compliance", "language", "tone", "satisfaction", "resolution")


class Trigger(NamedTuple):
    """An escalation trigger such as `E01`, and the turn that pulled it."""

    id: str
    turn: int


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the scorers say of one conversation; None where it cannot be told. `scores` holds each one in full."""

    triggers: tuple[Trigger, ...] = ()
    asked_for_human: bool = False
    handed_over: bool = False
    handover_turn: int | None = None
    handover_kind: str = "none"
    cell: str | None = None
    loops: tuple[str, ...] = ()
    dead_end: bool = False
    disclosed_ai: bool = False
    claims_human: bool = False
    frustrated: bool = False
    thanked: bool = False
    repeats_self: bool = False
    customer_language: str | None = None
    bot_language_ok: bool | None = None
    outcome: str | None = None
    tone_faults: tuple[str, ...] = ()
    friction: float | None = None
    findings: tuple[Finding, ...] = ()
    scores: Mapping[str, Score] = field(default_factory=dict)


def assess(
    turns: Sequence[Mapping[str, Any]] | Conversation,
    language: str | None = None,
    channel: str = "chat",
    policy: Policy | Mapping[str, Any] | None = None,
) -> Assessment:
    """The assessment of turns such as `{"role": "customer", "text": "Hej"}`, under a policy or a profile's settings.

    Raises: InputError where a turn cannot be read, PolicyError for a wrong policy.

    >>> assess([{"role": "customer", "text": "Kan jag få prata med en människa?"}]).asked_for_human
    True
    """
    talk = turns if isinstance(turns, Conversation) else conversation_of(turns, language=language, channel=channel)
    rules = policy if isinstance(policy, Policy) else load_policy(dict(policy or {}))
    scorers = _scorers()
    context = gather(talk, None, World(scorers=scorers, policy=rules))
    found = {s.scorer: s for s in score(talk, None, context, scorers)}
    said: dict[str, Any] = {}
    for one in found.values():
        said.update(one.data)
    return Assessment(
        triggers=tuple(Trigger(id_.rstrip("b"), turn) for id_, turn in said.get("triggers", ())),
        asked_for_human=bool(said.get("requested_human")),
        handed_over=bool(said.get("escalated")),
        handover_turn=said.get("handover_turn"),
        handover_kind=said.get("kind", "none"),
        cell=said.get("cell"),
        loops=tuple(said.get("loops", ())),
        dead_end=bool(said.get("dead_end")),
        disclosed_ai=bool(said.get("disclosed_ai")),
        claims_human=bool(said.get("claims_human")),
        frustrated=bool(said.get("frustrated")),
        thanked=bool(said.get("thanked")),
        repeats_self=bool(said.get("repeats_self")),
        customer_language=said.get("customer_language") or context.reading.customer_language,
        bot_language_ok=said.get("language_ok"),
        outcome=said.get("outcome"),
        tone_faults=tuple(dict.fromkeys(f.rule for f in found["tone"].findings if not f.passed)),
        friction=said.get("friction"),
        findings=tuple(f for one in found.values() for f in one.findings),
        scores=found,
    )


@cache
def _scorers() -> tuple[Scorer, ...]:
    return build_scorers([ScorerSpec(name=name) for name in _SCORERS])
