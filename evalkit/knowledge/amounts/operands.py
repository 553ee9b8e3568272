"""Whose price a sum is reckoned from: twelve times what the smaller plan costs is no yearly price of the larger one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from evalkit.knowledge.amounts.binding import told_amounts
from evalkit.knowledge.amounts.reckoned import following
from evalkit.knowledge.amounts.rivals import told_of_a_rival
from evalkit.knowledge.reading.alignment import Weights
from evalkit.knowledge.reading.statements import Sentence, Statement
from evalkit.language.amounts import Quantity

_Value = tuple[str, str, float]


def reckoned_from_a_rival(
    amount: Quantity, claim: Statement, sentences: Sequence[Sentence], weights: Weights, overlaps: Sequence[float]
) -> int | None:
    """The sentence that prices what is spoken of, where a sum follows from the prices of its rivals only.

    Who asks for two adults and two children speaks of both.
    """
    if sum(q.kind in {"count", "duration"} for q in claim.asked) > 1:
        return None
    rivals = _prices_of_rivals(amount, claim, sentences, weights)
    if not rivals:
        return None
    ours = [
        replace(sentence, amounts=tuple(q for q in sentence.amounts if _value(q) not in rivals))
        for sentence in sentences
    ]
    found = [c for c in told_amounts(amount, claim, sentences, weights) if _value(c.amount) not in rivals]
    if following(amount, claim, found, ours, overlaps) is not None:
        return None
    return next(iter(rivals.values()))


def _prices_of_rivals(
    amount: Quantity, claim: Statement, sentences: Sequence[Sentence], weights: Weights
) -> dict[_Value, int]:
    """The prices that are told of a rival of what is spoken of, each with the sentence that tells the right one."""
    rivals: dict[_Value, int] = {}
    told = {_value(q): q for s in sentences for q in s.amounts if q.kind == amount.kind and q.unit == amount.unit}
    for value, price in told.items():
        if price.hi <= 0:
            continue
        placed = replace(price, start=amount.start, end=amount.end)
        found = told_amounts(placed, claim, sentences, weights)
        rival = told_of_a_rival(placed, claim, found, sentences)
        if rival is not None and rival[1]:
            rivals[value] = rival[0]
    return rivals


def _value(amount: Quantity) -> _Value:
    return (amount.kind, amount.unit, amount.lo)
