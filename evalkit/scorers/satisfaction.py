"""`satisfaction`: signs of effort and feeling in a conversation as one vector, and a friction index from them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import pairwise
from math import exp, log1p
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from evalkit.model import Case, Conversation, Score
from evalkit.scorers.door import Context, Scope, skipped
from evalkit.scorers.reading import Reading
from evalkit.scorers.satisfaction_model import FEATURES
from evalkit.transcripts import conversation_of

if TYPE_CHECKING:
    from evalkit.scorers.satisfaction_model import Model

_REPHRASED = 0.4
_FEWEST_GRAMS, _REPLIES_BACK = 12, 8
"""Shorter replies are alike by chance; a reply is held against so many before it."""
_THANKS = ("thanks_satisfaction", "resolved_confirmation")
_FRUSTRATION = ("anger_frustration", "profanity", "complaint", "legal_threat", "cancel_churn")
_FELT = {
    "frustrated": ("anger_frustration", "profanity"),
    "thanked": ("thanks_satisfaction",),
    "repeats_self": ("repeat_self",),
}
_PRAISES = 1.0
"""Who is only done sounds a little thankful too, so thanks take more than even odds."""
_TROUBLE = ("not_resolved", "repeat_self")
_GROUPS = {
    "thanks": _THANKS, "frustration": _FRUSTRATION, "trouble": _TROUBLE, "negative": ("sentiment_negative",),
    "positive": ("sentiment_positive",),
}  # fmt: skip
_OWN_GROUPS = {
    "apology_rate": ("apology",), "cannot_rate": ("bot_fallback", "handoff_unavailable"),
    "deflection_rate": ("deflection",), "asks_for_data_rate": ("ask_sensitive",),
}  # fmt: skip
_FEWEST_LETTERS = 8
"""In fewer letters capitals say nothing."""

_WEIGHTS: Mapping[str, float] = {
    "thanks_rate": -1.3, "thanks_last": -1.2, "positive_rate": -0.6, "positive_last": -0.5, "thanks_trend": -0.4,
    "frustration_rate": 1.6, "frustration_last": 1.1, "frustration_trend": 0.4, "trouble_rate": 1.2,
    "trouble_last": 1.0, "negative_rate": 1.0, "negative_last": 0.9, "rephrase_rate": 1.2, "rephrase_max": 1.0,
    "reply_similarity_max": 1.0, "question_last": 0.6, "exclaim_rate": 0.3, "cannot_rate": 0.8, "apology_rate": 1.0,
    "deflection_rate": 0.6, "unanswered": 1.2, "asked_for_human": 0.5, "customer_words_log": 0.4,
}  # fmt: skip
_BIAS = -2.0


class Satisfaction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Never fails: the friction index informs until it is calibrated on the organisation's own labels."""

    name: ClassVar[str] = "satisfaction"
    version: ClassVar[str] = "3"
    reads: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ()
    scope: ClassVar[Scope] = "conversation"

    model: str | None = None
    """The file of a model that `evalkit satisfaction fit` wrote."""

    def score(self, conversation: Conversation, case: Case | None, context: Context) -> Score:
        """`data` holds friction in [0, 100], frustrated, thanked, repeats_self, state, and satisfaction where it may
        be shown; `value` is 1 − friction ÷ 100.

        `state` is calibrated, hidden (a model whose card forbids to show it) or uncalibrated (no model).
        """
        reading = context.reading
        if not reading.customer_turns:
            return skipped(self.name, "the customer said nothing")
        vector = _vector(reading)
        index = _index(vector)
        data: dict[str, Any] = {"friction": round(index, 1), **_felt(reading), "state": "uncalibrated"}
        if self.model is not None:
            model = _model(self.model)
            data |= {"state": "calibrated" if model.card.shown else "hidden", "model": model.hash}
            if model.card.shown:
                data["satisfaction"] = round(model.estimate(vector), 4)
        return Score(scorer=self.name, verdict="pass", value=1 - index / 100, data=data)


def _felt(reading: Reading) -> dict[str, bool]:
    """Which feelings any turn of the customer shows; thanks beside anger are sarcasm, unless more speaks for them."""
    felt = dict.fromkeys(_FELT, False)
    for turn in reading.customer_turns:
        odds = reading.odds(turn)
        thanks, anger = odds.get("thanks_satisfaction", 0.0), odds.get("anger_frustration", 0.0)
        angry = thanks < max(anger, _PRAISES) and reading.means(turn, "anger_frustration", *_FELT["frustrated"])
        angry = angry or _in_vain(reading, turn)
        felt["frustrated"] |= angry
        felt["thanked"] |= thanks > _PRAISES and not angry
        felt["repeats_self"] |= reading.means(turn, "repeat_self", *_FELT["repeats_self"])
    return felt


def _in_vain(reading: Reading, turn: int) -> bool:
    """Whether a turn after an unmet wish for a person sounds of anger, if faintly: fewer signs are needed then."""
    if reading.refutes(turn, "anger_frustration"):
        return False
    earlier = reversed(reading.customer_turns[: bisect_left(reading.customer_turns, turn)])
    asked = next((n for n in earlier if reading.means(n, "ask_for_human", "ask_for_human")), turn)
    if asked + 1 >= turn:
        return False
    turns = reading.conversation.turns
    return not any(
        turns[n].role == "human" or reading.speaks_for(n, "handoff_announcement") for n in range(asked + 1, turn)
    )


@cache
def _model(path: str) -> Model:
    # The model knows this vector, so it is looked up only when one is given.
    from evalkit.scorers.satisfaction_model import load

    return load(Path(path))


def features(talk: Conversation | Sequence[Mapping[str, Any]], language: str | None = None) -> dict[str, float]:
    """The vector of one conversation by name, in the order of `FEATURES`; every value is finite.

    >>> features([{"role": "customer", "text": "Tack så mycket!"}])["thanks_last"]
    1.0
    """
    return _vector(Reading(_conversation(talk, language)))


def friction(talk: Conversation | Sequence[Mapping[str, Any]], language: str | None = None) -> float:
    """The friction of one conversation in [0, 100], from fixed weights: it ranks, and claims no satisfaction.

    Source: the feature list of Bodigutla et al. 2020, arXiv 2010.02495; the weights are this project's own.
    """
    return _index(features(talk, language))


def _conversation(talk: Conversation | Sequence[Mapping[str, Any]], language: str | None) -> Conversation:
    return talk if isinstance(talk, Conversation) else conversation_of(talk, language=language)


def _index(vector: Mapping[str, float]) -> float:
    total = _BIAS + sum(weight * vector[name] for name, weight in _WEIGHTS.items())
    return 100 / (1 + exp(-total))


def _vector(reading: Reading) -> dict[str, float]:
    talk = reading.conversation
    mine = [n for n in reading.customer_turns if talk.turns[n].text.strip()]
    theirs = [n for n in reading.voice_turns if talk.turns[n].text.strip()]
    vector = dict.fromkeys(FEATURES, 0.0)
    vector["customer_turns"], vector["bot_turns"] = float(len(mine)), float(len(theirs))
    _customer_signs(reading, mine, vector)
    _own_signs(reading, theirs, vector)
    _repetition(reading, mine, theirs, vector)
    waits = [t.latency_ms / 1000 for t in talk.turns if t.latency_ms is not None] or _gaps(talk)
    if waits:
        vector["wait_median_s"], vector["wait_max_s"] = median(waits), max(waits)
    spoken = [n for n in range(len(talk.turns)) if talk.turns[n].role != "system" and talk.turns[n].text.strip()]
    if spoken and talk.turns[spoken[-1]].role == "customer":
        # A thank-you or a goodbye needs no answer.
        done = reading.says(spoken[-1], *_THANKS)
        vector["unanswered"] = 0.0 if done else 1.0
    return vector


def _customer_signs(reading: Reading, mine: list[int], vector: dict[str, float]) -> None:
    talk = reading.conversation
    plain = [reading.plain(n) for n in mine]
    for name, categories in _GROUPS.items() if any(plain) else ():
        flags = [float(not heard.keys().isdisjoint(categories)) for heard in plain]
        vector[f"{name}_rate"] = _mean(flags)
        for ending, value in (("last", flags[-1:]), ("first", flags[:1])):
            if f"{name}_{ending}" in vector:
                vector[f"{name}_{ending}"] = value[0] if value else 0.0
        if f"{name}_trend" in vector and len(flags) > 1:
            half = len(flags) // 2
            vector[f"{name}_trend"] = _mean(flags[half:]) - _mean(flags[:half])
    texts = [talk.turns[n].text for n in mine]
    vector["question_rate"] = _mean([float("?" in text) for text in texts])
    vector["question_last"] = float(bool(texts) and "?" in texts[-1])
    vector["exclaim_rate"] = _mean([float("!" in text) for text in texts])
    vector["caps_rate"] = _mean([_capitals(reading, n) for n in mine])
    vector["asked_for_human"] = float(any("ask_for_human" in heard for heard in plain))
    lengths = [len(reading.words(n)) for n in mine]
    vector["customer_words_log"] = log1p(_mean(lengths))
    if len(lengths) > 1 and any(lengths):
        half = len(lengths) // 2
        vector["length_trend"] = (_mean(lengths[half:]) - _mean(lengths[:half])) / _mean(lengths)


def _own_signs(reading: Reading, theirs: list[int], vector: dict[str, float]) -> None:
    plain = [reading.plain(n) for n in theirs]
    for name, categories in _OWN_GROUPS.items() if any(plain) else ():
        vector[name] = _mean([float(not heard.keys().isdisjoint(categories)) for heard in plain])
    vector["handed_over"] = float(any("handoff_announcement" in heard for heard in plain))
    vector["bot_words_log"] = log1p(_mean([len(reading.words(n)) for n in theirs]))
    if theirs:
        vector["commits_last"] = float(reading.says(theirs[-1], "handoff_announcement", "resolution_check"))


def _repetition(reading: Reading, mine: list[int], theirs: list[int], vector: dict[str, float]) -> None:
    alike = [reading.likeness.alike(a, b) for a, b in pairwise(mine)]
    if alike:
        vector["rephrase_rate"], vector["rephrase_max"] = _mean([float(x > _REPHRASED) for x in alike]), max(alike)
    vector["reply_similarity_max"] = max(
        [
            reading.likeness.alike(a, b)
            for i, a in enumerate(theirs)
            if len(reading.likeness.grams(a)) > _FEWEST_GRAMS
            for b in theirs[max(0, i - _REPLIES_BACK) : i]
        ],
        default=0.0,
    )


def _gaps(talk: Conversation) -> list[float]:
    waits = []
    for before, after in zip(talk.turns, talk.turns[1:], strict=False):
        if (
            before.role == "customer"
            and after.role in {"bot", "human"}
            and before.at
            and after.at
            and after.at >= before.at
        ):
            waits.append((after.at - before.at).total_seconds())
    return waits


def _capitals(reading: Reading, turn: int) -> float:
    n_letters, n_capitals = reading.said(turn).letters
    return n_capitals / n_letters if n_letters >= _FEWEST_LETTERS else 0.0


def _mean(values: Sequence[float]) -> float:
    return float(sum(values)) / len(values) if values else 0.0
