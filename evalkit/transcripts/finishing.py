"""The last step of an import, before anything is written: names, ids and addresses become pseudonyms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec

from evalkit.model import Conversation, HandledBy, Rating, Source, Stage, ToolCall, Turn
from evalkit.personal_data.pseudonyms import Pseudonyms, with_dates_moved
from evalkit.transcripts.talk import Talk, hand_overs

_replace = msgspec.structs.replace
_TOLD_BY = 400
"""Characters that tell a language."""


@dataclass(frozen=True, slots=True)
class Finishing:
    """What becomes of a talk: the run it joins, and how its people are covered."""

    run_id: str
    release: str
    pseudonyms: Pseudonyms
    source: Source = "production"
    stage: Stage = ""
    cover_text: bool = True
    """False leaves the words as they are; ids of people are hashed all the same."""
    shift_dates: bool = False
    keep_ids: bool = False

    def conversation(self, talk: Talk) -> Conversation:
        """The conversation that may be stored."""
        turns = self._covered(talk) if self.cover_text else self._hashed(talk)
        times = [turn.at for turn in turns if turn.at is not None]
        started, ended = talk.started_at or min(times, default=None), talk.ended_at or max(times, default=None)
        rating, handovers = talk.rating, hand_overs(talk)
        was_handed_over = any(handover.executed for handover in handovers)
        attributes = talk.attributes
        if self.cover_text and attributes:
            covered = self.pseudonyms.texts(list(attributes.values()), talk.language, people=talk.customers)
            attributes = dict(zip(attributes, covered, strict=True))
        if self.shift_dates:
            days = timedelta(days=self.pseudonyms.shift_days(talk.subject or talk.source_id))
            turns = tuple(
                _replace(turn, at=_moved(turn.at, days), text=with_dates_moved(turn.text, days.days)) for turn in turns
            )
            started, ended = _moved(started, days), _moved(ended, days)
            handovers = tuple(
                _replace(h, requested_at=_moved(h.requested_at, days), accepted_at=_moved(h.accepted_at, days))
                for h in handovers
            )
            rating = _shifted_rating(rating, days)
        return Conversation(
            id=self.pseudonyms.digest("conversation", f"{self.run_id}/{talk.source_id}").hex(),
            run_id=self.run_id,
            release=self.release,
            source=self.source,
            stage=self.stage,
            turns=turns,
            ending="handed_over" if was_handed_over else "bot_closed" if talk.closed else "unknown",
            handovers=handovers,
            channel=talk.channel,
            language=talk.language or _language(turns),
            intent=self._label(talk.intent),
            segment=self._label(talk.segment),
            consent=talk.consent,
            subject_key=self.pseudonyms.subject_key(talk.subject) if talk.subject else None,
            handled_by=talk.handled_by or handled_by(talk),
            started_at=started,
            ended_at=ended,
            rating=rating,
            cost=talk.cost,
            model_id=talk.model_id,
            prompt_id=talk.prompt_id,
            attributes={**attributes, "source_id": talk.source_id} if self.keep_ids else attributes,
        )

    def _label(self, text: str | None) -> str | None:
        return self.pseudonyms.text(text) if text and self.cover_text else text

    def _hashed(self, talk: Talk) -> tuple[Turn, ...]:
        if all(turn.author_key is None for turn in talk.turns):
            return tuple(talk.turns)
        return tuple(_replace(turn, author_key=self._author(turn)) for turn in talk.turns)

    def _covered(self, talk: Talk) -> tuple[Turn, ...]:
        day = next((turn.at.date() for turn in talk.turns if turn.at is not None), None)
        names = self.pseudonyms
        texts: list[str] = []
        for turn in talk.turns:
            texts += [turn.text, *turn.buttons, *turn.sources]
            if turn.draft is not None:
                texts.append(turn.draft)
        covered = iter(
            names.texts(texts, talk.language, people=talk.customers, agents=talk.agents, on=day) if texts else ()
        )

        def cover(text: str) -> str:
            return names.texts([text], talk.language, people=talk.customers, agents=talk.agents, on=day)[0]

        return tuple(
            _replace(
                turn,
                text=next(covered),
                buttons=tuple(next(covered) for _ in turn.buttons),
                sources=tuple(next(covered) for _ in turn.sources),
                draft=None if turn.draft is None else next(covered),
                author_key=self._author(turn),
                tool_calls=tuple(self._call(call, cover) for call in turn.tool_calls),
            )
            for turn in talk.turns
        )

    def _call(self, call: ToolCall, cover: Callable[[str], str]) -> ToolCall:
        tree: Callable[[Any], Any] = lambda value: self.pseudonyms.tree(value, cover)  # noqa: E731
        return _replace(call, arguments=tree(call.arguments), result=tree(call.result))

    def _author(self, turn: Turn) -> str | None:
        if turn.author_key is None:
            return None
        return _author_name(self.pseudonyms, turn.role, turn.author_key)


@lru_cache(maxsize=10_000)
def _author_name(pseudonyms: Pseudonyms, role: str, author: str) -> str | None:
    if role == "customer":
        return pseudonyms.subject_key(author)
    return pseudonyms.named("AGENT" if role == "human" else role.upper(), author)


def handled_by(talk: Talk) -> HandledBy:
    """Who handled a talk: a person where no bot spoke; a person with the AI's drafts is assisted; else the AI."""
    roles = {turn.role for turn in talk.turns if turn.kind != "note"}
    if "human" not in roles or "bot" in roles:
        return "ai"
    return "ai_assisted" if any(turn.draft is not None for turn in talk.turns) else "human"


def _language(turns: tuple[Turn, ...]) -> str | None:
    """What the customer writes, where the export does not say and it can be told."""
    from evalkit.language.detection import detect

    said = "\n".join(turn.text[:_TOLD_BY] for turn in turns if turn.role == "customer")[:_TOLD_BY]
    return detect(said).code if said else None


def _moved(at: datetime | None, by: timedelta) -> datetime | None:
    return None if at is None else at + by


def _shifted_rating(rating: Rating | None, by: timedelta) -> Rating | None:
    if rating is None:
        return None
    return _replace(rating, offered_at=_moved(rating.offered_at, by), rated_at=_moved(rating.rated_at, by))
