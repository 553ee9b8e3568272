"""What speaks for a claim beside what speaks against it: the best sentence of either side, and what each leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evalkit.knowledge.amounts.binding import equal_amounts
from evalkit.knowledge.reading.alignment import Weights, clash, held
from evalkit.knowledge.reading.glossary import antonyms, generic, polar
from evalkit.knowledge.reading.statements import Sentence, Statement
from evalkit.knowledge.reading.wording import Term, best_match

_KNOWN, _STRANGE = 0.7, 0.5
_WHOLE, _MOST = 0.95, 4


@dataclass(frozen=True, slots=True)
class Side:
    """A sentence and what it holds of a claim; the empty side holds nothing."""

    at: int | None = None
    overlap: float = 0.0


def contrasts(
    claim: Statement, sentences: Sequence[Sentence], passages: Sequence[int], weights: Weights,
    overlaps: Sequence[float], own: Sequence[float], top: int,
) -> dict[str, float]:  # fmt: skip
    """Numbers by name: how well either side holds the claim, what only one of them holds, what the nearest leaves."""
    against = [_against(claim, s) for s in sentences]
    amounts = [_amounts(claim, s) for s in sentences]
    agreeing = _best(overlaps, [not a and m >= 0 for a, m in zip(against, amounts, strict=True)])
    denying = _best(overlaps, against)
    other = _best(overlaps, [m < 0 for m in amounts])
    equal = _best(overlaps, [m > 0 and not a for a, m in zip(against, amounts, strict=True)])
    worse = max((denying, other), key=lambda side: side.overlap)
    whole = agreeing.at is not None and own[agreeing.at] >= _WHOLE
    named = {
        **_between("agreed", agreeing, worse, claim, sentences, passages, weights),
        **_between("equal", equal, other, claim, sentences, passages, weights),
        "agreeing": agreeing.overlap, "denying": denying.overlap,
        "other_amounts": other.overlap, "equal_amounts": equal.overlap,
        "agreeing_lead": agreeing.overlap - worse.overlap,
        "top_agrees": float(agreeing.at == top),
        "whole": float(whole),
        "same": float(whole and not _left(claim, sentences[agreeing.at or 0])),
    }  # fmt: skip
    return {**named, **_left_over(claim, sentences[top], weights)}


def _best(overlaps: Sequence[float], wanted: Sequence[bool]) -> Side:
    chosen = [n for n, yes in enumerate(wanted) if yes]
    if not chosen:
        return Side()
    at = max(chosen, key=lambda n: overlaps[n])
    return Side(at, overlaps[at])


def _against(claim: Statement, sentence: Sentence) -> bool:
    turned = claim.denies != sentence.denies
    return turned != clash(claim, sentence, polar()) or clash(claim, sentence, antonyms())


def _amounts(claim: Statement, sentence: Sentence) -> int:
    """1 where all of the claim's amounts of kinds that a sentence has stand in it, -1 where one does not, else 0."""
    kinds = {q.kind for q in sentence.amounts}
    mine = [q for q in claim.amounts if q.kind in kinds]
    if not mine:
        return 0
    return 1 if all(any(equal_amounts(q, o) for o in sentence.amounts) for q in mine) else -1


def _between(
    name: str, one: Side, other: Side, claim: Statement, sentences: Sequence[Sentence], passages: Sequence[int],
    weights: Weights,
) -> dict[str, float]:  # fmt: skip
    """What only the one side holds of claim and question, and what only the other."""
    mine = theirs = 0.0
    for term, weight in (*weights.own, *weights.context):
        left = held(term, sentences[one.at], weights.matches) if one.at is not None else 0.0
        right = held(term, sentences[other.at], weights.matches) if other.at is not None else 0.0
        mine += weight * max(0.0, left - right)
        theirs += weight * max(0.0, right - left)
    both = one.at is not None and other.at is not None
    beside = both and passages[one.at or 0] == passages[other.at or 0]
    return {
        f"{name}_only": mine / weights.total if both else 0.0,
        f"{name}_not": theirs / weights.total if both else 0.0,
        f"{name}_beside": float(beside),
    }


def _left_over(claim: Statement, sentence: Sentence, weights: Weights) -> dict[str, float]:
    """Words of the nearest sentence that neither claim nor question speaks of, and where they stand."""
    own = [term for term, _ in weights.own]
    left = _left(claim, sentence)
    strange = [t for t in own if best_match(t, sentence.said.terms) < _STRANGE]
    swapped = sum(_in_place(x, y, claim.said.terms, sentence.said.terms) for x in strange for y in left)
    names = [t for t in sentence.said.terms if t.name and t.concept is None]
    told, best = max(1, len(sentence.said.terms)), weights.matches.best
    return {
        "left_over": min(_MOST, len(left)) / _MOST,
        "left_over_share": len(left) / told,
        "left_over_names": float(bool(names) and all(t in left for t in names)),
        "strange_here": min(_MOST, len(strange)) / _MOST,
        "swapped": min(2, swapped),
        "swapped_whole": float(swapped > 0 and len(strange) == 1),
        "swap_known": float(any(t.concept not in generic() and best.get(t.text, 0.0) >= _KNOWN for t in strange)),
    }  # fmt: skip


def _left(claim: Statement, sentence: Sentence) -> list[Term]:
    spoken = (*claim.said.terms, *claim.context)
    return [t for t in sentence.said.terms if best_match(t, spoken) < _STRANGE and not _amount_word(t, sentence)]


def _amount_word(term: Term, sentence: Sentence) -> bool:
    return any(q.start < term.end and term.start < q.end for q in sentence.amounts)


def _in_place(mine: Term, theirs: Term, claim: Sequence[Term], sentence: Sequence[Term]) -> bool:
    """Whether two words have a neighbour in common, on the same side."""
    at, other = claim.index(mine) if mine in claim else -1, sentence.index(theirs)
    if at < 0:
        return False
    before = at > 0 and other > 0 and best_match(claim[at - 1], sentence[other - 1 : other]) >= _KNOWN
    after = (
        at + 1 < len(claim) and other + 1 < len(sentence)
        and best_match(claim[at + 1], sentence[other + 1 : other + 2]) >= _KNOWN
    )  # fmt: skip
    return before or after
