"""The door that every scorer comes through, and what it may know of the world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from evalkit.model import Case, Conversation, Score
from evalkit.policy.sections import Policy

if TYPE_CHECKING:
    from evalkit.knowledge import Knowledge
    from evalkit.scorers.reading import Reading

Scope = Literal["conversation", "group"]


@dataclass(frozen=True, slots=True)
class Context:
    """What was gathered before scoring; a scorer asks nothing else of the world.

    `policy` is narrowed to the conversation's intent, language and channel. `reading` holds what several scorers see
    in the turns (tokens, signals, languages), computed once and only when asked for. `scores` are those of the scorers
    named in `needs`. `judged` maps a question id to the judge's recorded answer.
    """

    reading: Reading
    policy: Policy = field(default_factory=Policy)
    knowledge: Knowledge | None = None
    scores: Mapping[str, Score] = field(default_factory=dict)
    judged: Mapping[str, Any] = field(default_factory=dict)
    scored_at: datetime | None = None


class Scorer(Protocol):
    """A frozen record with a name and a version that scores one conversation.

    `reads` names the policy sections that it looks at, `needs` the scorers whose scores it builds on. Both, its version
    and its fields make its part of the score key.
    """

    name: ClassVar[str]
    version: ClassVar[str]
    reads: ClassVar[tuple[str, ...]]
    needs: ClassVar[tuple[str, ...]]
    scope: ClassVar[Scope]

    def score(self, conversation: Conversation, case: Case | None, context: Context) -> Score:
        """What this scorer says of the conversation; never raises on purpose, `skip` when the case does not ask."""
        ...


class GroupScorer(Protocol):
    """A scorer with scope `group`: it compares several stored conversations after the run."""

    name: ClassVar[str]
    version: ClassVar[str]

    def score_group(self, conversations: Sequence[Conversation], context: Context) -> Sequence[tuple[str, Score]]:
        """Pairs of conversation id and score."""
        ...


def skipped(name: str, why: str) -> Score:
    """The score of a scorer that the case does not ask; `why` is shown beside the count of skips."""
    return Score(scorer=name, verdict="skip", cause=why)
