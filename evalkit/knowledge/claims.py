"""From a bot's words to claims, and from a claim to a judgement with the passage that decides it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from evalkit.language.lexicons import negations
from evalkit.language.quantities import Quantity, quantities, same, within
from evalkit.text.normalise import comparable
from evalkit.text.sentences import split
from evalkit.text.tokens import char_ngrams, words

if TYPE_CHECKING:
    from evalkit.knowledge.base import Knowledge
    from evalkit.knowledge.index import Passage

ClaimVerdict = Literal["supported", "contradicted", "stale", "not_in_kb", "invented", "unsure"]
_ALIGNED = 0.34
"""Share of the claim's own words that a sentence of the KB must hold for their amounts to be compared."""
_DENIED = 0.75
_MUTUAL = 0.5
"""Share of the KB sentence's words that the claim must hold in turn before the one can deny the other."""
_SUPPORTED = 0.62
_ABSENT = 0.25
_KNOWN = 0.5
_ORDER = re.compile(r"(?<!\w)(?:[A-ZÅÄÖÆØ]{2,4}-?\d{3,}|#\d{4,}|\d{6,})(?!\w)")
_CONTACT = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.]+|(?:https?://|www\.)\S+|(?<!\w)[\w-]+\.(?:se|dk|no|fi|de|com|example|eu|net|org)\b"
)
_MIN_WORDS = 3


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement at [start, end) of a bot turn."""

    text: str
    start: int
    end: int
    quantities: tuple[Quantity, ...]
    mentions_order: bool

    @property
    def said(self) -> str:
        """The claim in the bot's own words."""
        return self.text


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the knowledge base says of a claim; `exact` when comparable amounts in aligned sentences decide."""

    verdict: ClaimVerdict
    exact: bool = False
    reason: str = ""
    document_id: str | None = None
    passage_hash: str | None = None
    start: int | None = None
    end: int | None = None


def claims_of(
    text: str, *, question: str = "", language: str | None = None, skip: Sequence[tuple[int, int]] = ()
) -> list[Claim]:
    """The statements of a bot turn; questions, and sentences that `skip` spans make up, state nothing."""
    found = []
    for sentence in split(text):
        said = sentence.text.strip()
        if said.endswith("?") or len(words(said)) < _MIN_WORDS:
            continue
        covered = sum(
            min(b, sentence.end) - max(a, sentence.start) for a, b in skip if a < sentence.end and sentence.start < b
        )
        amounts = quantities(said)
        if covered and (not amounts or covered > 0.6 * len(said)):
            continue
        found.append(Claim(said, sentence.start, sentence.end, amounts, _ORDER.search(said) is not None))
    return found


def check_claim(claim: Claim, question: str, base: Knowledge, day: Any, language: str | None = None) -> Judgement:
    """The judgement on one claim, from the passages that were valid on a day and from superseded ones."""
    invented = _invented(claim, base)
    if invented is not None:
        return invented
    current = _nearest(claim, question, base, day)
    judged = _from_sentences(claim, current, language)
    if judged.verdict in {"contradicted", "not_in_kb", "unsure"} and claim.quantities:
        # An answer from an older version is the likeliest reason for a wrong amount.
        old = _from_sentences(claim, _superseded(claim, question, base, day), language)
        if old.verdict == "supported" and old.exact:
            return Judgement(
                "stale",
                judged.verdict == "contradicted" and judged.exact,
                "an older version said this; the valid one does not",
                judged.document_id or old.document_id,
                judged.passage_hash or old.passage_hash,
                judged.start,
                judged.end,
            )
    return judged


def knows_answer(question: str, base: Knowledge, day: Any) -> Judgement | None:
    """The passage that plainly speaks of a question, None when none does."""
    if len(_content(question)) < 2:
        return None
    for hit in base.search(question, k=1, on=day, audience="public"):
        passage = base.passages[hit.passage]
        if content_overlap(question, f"{passage.heading}\n{passage.text}") >= _KNOWN:
            return Judgement("supported", document_id=base.document_of(passage).id, passage_hash=passage.hash)
    return None


def content_overlap(claim: str, text: str) -> float:
    """The share of a claim's content words, by character n-grams, that a text holds."""
    mine = _content(claim)
    if not mine:
        return 0.0
    grams = _grams(text)
    return sum(_held(word, grams) for word in mine) / len(mine)


# ---------------------------------------------------------------- alignment


@dataclass(frozen=True, slots=True)
class _Near:
    passage: Passage
    document_id: str
    start: int
    end: int
    text: str
    overlap: float
    whole: float


def _nearest(claim: Claim, question: str, base: Knowledge, day: Any) -> list[_Near]:
    hits = base.search(f"{claim.text}\n{question}", k=4, on=day, audience="public")
    return _sentences(claim, (base.passages[h.passage] for h in hits), base)


def _superseded(claim: Claim, question: str, base: Knowledge, day: Any) -> list[_Near]:
    import numpy as np

    from evalkit.knowledge.index import best

    old = np.array([base.document_of(p).valid_to is not None for p in base.passages], dtype=bool)
    old &= ~base.mask(day, "public")
    if not old.any():
        return []
    hits = best(base.index.scores(f"{claim.text}\n{question}"), old, 3)
    return _sentences(claim, (base.passages[h.passage] for h in hits), base)


def _sentences(claim: Claim, passages: Iterable[Passage], base: Knowledge) -> list[_Near]:
    mine = _content(_without_amounts(claim))
    everything = _content(claim.text)
    found = []
    for passage in passages:
        context = _grams(passage.heading)
        for sentence in split(passage.text):
            grams = _grams(sentence.text)
            overlap = _share(mine, grams, context)
            found.append(
                _Near(
                    passage, base.document_of(passage).id, sentence.start, sentence.end, sentence.text, overlap,
                    _share(everything, grams, context),
                )
            )  # fmt: skip
    return sorted(found, key=lambda near: -near.overlap)


def _share(mine: frozenset[str], grams: frozenset[str], context: frozenset[str]) -> float:
    if not mine:
        return 0.0
    return sum(max(_held(word, grams), 0.6 * _held(word, context)) for word in mine) / len(mine)


def _held(word: str, grams: frozenset[str]) -> float:
    own = char_ngrams(word, 3, 4)
    share = sum(gram in grams for gram in own) / len(own) if own else 0.0
    return share if share >= 0.45 else 0.0


@lru_cache(maxsize=20_000)
def _grams(text: str) -> frozenset[str]:
    return frozenset(gram for word in words(text) for gram in char_ngrams(word, 3, 4))


@lru_cache(maxsize=5_000)
def _content(text: str) -> frozenset[str]:
    return frozenset(word for word in words(text) if len(word) > 3 and not word.isdigit())


def _without_amounts(claim: Claim) -> str:
    out, last = [], 0
    for quantity in claim.quantities:
        out.append(claim.text[last : quantity.start])
        last = quantity.end
    out.append(claim.text[last:])
    return " ".join(out)


# ---------------------------------------------------------------- judging


def _from_sentences(claim: Claim, near: list[_Near], language: str | None) -> Judgement:
    if not near:
        return Judgement("not_in_kb")
    if claim.quantities:
        return _by_amounts(claim, near)
    top = max(near, key=lambda n: n.whole)
    agree = _negated(claim.text, language) == _negated(top.text, language)
    enough = len(_content(claim.text)) >= _MIN_WORDS and content_overlap(top.text, claim.text) >= _MUTUAL
    if top.whole >= _DENIED and enough and not agree:
        return _judgement("contradicted", top, reason="the one says it, the other denies it")
    if top.whole >= _SUPPORTED and agree:
        return _judgement("supported", top)
    return _judgement("not_in_kb" if top.whole < _ABSENT else "unsure", top)


def _by_amounts(claim: Claim, near: list[_Near]) -> Judgement:
    aligned = [n for n in near if n.overlap >= _ALIGNED]
    verdicts = [_one_amount(amount, aligned) for amount in claim.quantities]
    wrong = [v for v in verdicts if v.verdict == "contradicted"]
    if wrong:
        # The same amount elsewhere nearby may be what the bot spoke of.
        elsewhere = [q for n in near for q in quantities(n.text)]
        if all(any(same(amount, q) for q in elsewhere) for amount in claim.quantities):
            return _judgement("unsure", near[0])
        return max(wrong, key=lambda v: v.exact)
    if verdicts and all(v.verdict == "supported" for v in verdicts):
        return verdicts[0]
    return _judgement("unsure" if aligned else "not_in_kb", near[0])


def _one_amount(amount: Quantity, aligned: list[_Near]) -> Judgement:
    rivals: list[tuple[_Near, Quantity]] = []
    for near in aligned:
        for other in quantities(near.text):
            if other.kind != amount.kind:
                continue
            if same(amount, other) or within(amount, other):
                return _judgement("supported", near, exact=True)
            rivals.append((near, other))
    if not rivals:
        return Judgement("unsure")
    best, other = rivals[0]
    # Only one amount of this kind in the best sentence, in the same unit, leaves no other reading.
    alone = sum(o.kind == amount.kind for o in quantities(best.text)) == 1
    exact = alone and best.overlap >= 0.6 and (other.unit == amount.unit)
    if best.overlap < 0.45 or not alone:
        return _judgement("unsure", best)
    return _judgement("contradicted", best, exact=exact, reason=f"another {amount.kind} stands in the knowledge base")


def _judgement(verdict: ClaimVerdict, near: _Near, *, exact: bool = False, reason: str = "") -> Judgement:
    return Judgement(verdict, exact, reason, near.document_id, near.passage.hash, near.start, near.end)


def _invented(claim: Claim, base: Knowledge) -> Judgement | None:
    for hit in _CONTACT.finditer(claim.text):
        said = hit.group().rstrip(".,;:!?)").lower()
        if not any(said in text for text in _texts(base)):
            return Judgement("invented", False, "a contact or link that the knowledge base does not hold")
    return None


def _texts(base: Knowledge) -> tuple[str, ...]:
    cached: tuple[str, ...] | None = base.__dict__.get("_lowered_texts")
    if cached is None:
        cached = tuple(f"{d.text}\n{d.url or ''}".lower() for d in base.documents if d.audience == "public")
        base.__dict__["_lowered_texts"] = cached
    return cached


def _negated(text: str, language: str | None) -> bool:
    # Without a language the short words of one language would be negations of another.
    known = negations(language) if language is not None else frozenset()
    return sum(word in known for word in comparable(text).split()) % 2 == 1
