"""What an organisation's own reviewers hand over, learned from their labels: one weight a word, which can be read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from math import log1p, sqrt
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from evalkit.errors import InputError
from evalkit.personal_data.masking import mask
from evalkit.scorers.reading import Reading
from evalkit.text.normalise import folded
from evalkit.text.tokens import words

LOWEST_AUC = 0.60
_DIGIT = re.compile(r"\d")
_OF_DATA = re.compile(r"<[^<>\s]*>|\[\w+\]|\S*[\d_@]\S*")
"""Pseudonyms, covers, numbers, addresses and names of accounts."""
_REASONS = 3


class Card(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How good the model is on customers that it did not see; `low` and `high` bound a 95 % interval.

    `precision` and `recall` are those of "should have been handed over".
    """

    n_labels: int
    n_customers: int
    should_rate: float
    macro_f1: float
    macro_f1_low: float
    macro_f1_high: float
    precision: float
    recall: float
    auc: float
    auc_low: float
    auc_high: float
    validated_at: datetime

    @property
    def counts(self) -> bool:
        """Whether the model may pull a trigger: it surely tells the two kinds apart better than chance."""
        return self.auc_low >= LOWEST_AUC


class Sign(NamedTuple):
    """A word or a phrase category: how rare it is among the labelled conversations, and what it speaks for."""

    rarity: float
    weight: float


class Weights(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Weights by sign, and the bias that they are added to."""

    signs: dict[str, Sign]
    bias: float

    def parts(self, counts: Mapping[str, int]) -> dict[str, float]:
        """What each known sign of a conversation adds to the odds."""
        sized = {sign: log1p(n) * self.signs[sign].rarity for sign, n in counts.items() if sign in self.signs}
        length = sqrt(sum(size * size for size in sized.values())) or 1.0
        return {sign: size / length * self.signs[sign].weight for sign, size in sized.items()}

    def odds(self, counts: Mapping[str, int]) -> float:
        """How much the signs of a conversation speak for a hand-over, above 0 for yes."""
        return self.bias + sum(self.parts(counts).values())


class Model(Weights, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The weights that one organisation's labels taught, with their card."""

    learned: Literal["handover"]
    """What was learned, so that no other model is taken for one of hand-overs."""
    card: Card


class Learned(NamedTuple):
    """The odds of a conversation, the turn from which on they speak for a hand-over, and the signs that weigh most."""

    odds: float
    turn: int | None
    because: tuple[str, ...]


def learned(reading: Reading, path: str, done_at: int | None) -> Learned | None:
    """What the model in `path` says of the customer's turns until the hand-over; None where it must not count.

    Raises: InputError where the file is no such model.
    """
    model = _model_of(path)
    turns = customer_turns(reading, done_at)
    if not model.card.counts or not turns:
        return None
    counts: Counter[str] = Counter()
    parts: dict[str, float] = {}
    odds, since = 0.0, None
    for turn in turns:
        counts.update(signs_of(reading, turn))
        parts = model.parts(counts)
        odds = model.bias + sum(parts.values())
        # A bias alone is no reason.
        speaks = odds > 0 and max(parts.values(), default=0.0) > 0
        since = (turn if since is None else since) if speaks else None
    strongest = sorted(parts, key=lambda sign: (-parts[sign], sign))[:_REASONS]
    return Learned(round(odds, 2), since, tuple(sign for sign in strongest if parts[sign] > 0))


def customer_turns(reading: Reading, done_at: int | None) -> list[int]:
    """The customer's turns until the hand-over: what is said to a person afterwards decides nothing."""
    return [turn for turn in reading.customer_turns if done_at is None or turn <= done_at]


def signs_of(reading: Reading, turn: int, *, masked: bool = False) -> list[str]:
    """The words of a turn without numbers and accounts, and `says:` with each phrase category; personal data masked.

    Only learning masks: what no model knows counts for nothing afterwards.
    """
    text = reading.conversation.turns[turn].text
    if masked:
        text = mask(text).text
    said = words(_OF_DATA.sub(" ", text)) if masked or _OF_DATA.search(text) else reading.words(turn)
    return [
        *[folded(word) for word in said if len(word) > 1 and not _DIGIT.search(word)],
        *[f"says:{category}" for category in reading.plain(turn)],
    ]


@cache
def _model_of(path: str) -> Model:
    return load(Path(path))


def load(path: Path) -> Model:
    """A model that `save` wrote. Raises: InputError where the file is none."""
    try:
        model = msgspec.json.decode(path.read_bytes(), type=Model)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: no model of hand-overs: {error}; `evalkit escalation fit` writes one") from error
    if not model.signs:
        raise InputError(f"{path}: a model of hand-overs without any sign; fit it again")
    return model
