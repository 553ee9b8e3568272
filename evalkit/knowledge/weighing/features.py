"""What there is to tell of a claim beside the sentences: numbers for weighing where no rule is sure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from evalkit.knowledge.amounts.binding import candidates, equal_amounts
from evalkit.knowledge.amounts.reckoned import FOLLOWS
from evalkit.knowledge.reading.alignment import OF_ANOTHER, Weights, clash, held, nearest, unmet
from evalkit.knowledge.reading.glossary import antonyms, generic, polar
from evalkit.knowledge.reading.statements import Comparison, Sentence, Statement
from evalkit.knowledge.reading.wording import Term, best_match
from evalkit.knowledge.rules.by_words import BEYOND
from evalkit.knowledge.weighing.contrasts import contrasts
from evalkit.language.amounts import Quantity

_KNOWN, _STRANGE = 0.7, 0.5
_MOST_WORDS, _MOST_TERMS, _FEW, _SOME = 30, 8, 4, 3
_BORROWED, _LONG, _LONGER = 0.6, 5, 8
_HARD = frozenset({"money", "percent", "duration", "measure", "date", "clock"})
_CLAIM_ROLES = ("always", "also", "both", "only", "condition")
_SENTENCE_ROLES = ("always", "only", "condition", "denying")
_SPOKEN = tuple((path, relation) for path in ("hours", "amounts") for relation in ("supported", "contradicted"))
_REASONS = {
    "another_amount": "stands in the knowledge base",
    "other_answer": "answers the question",
    "limit_dropped": "has a condition",
    "sign": "the other denies it",
    "excluded": "excludes the other",
    "beyond": BEYOND,
    "of_another": OF_ANOTHER,
    "for_others": "holds for others",
    "all_there_is": "names all there is",
    "taken_out": "takes this out",
    "torn": "do not belong together",
    "left_out": "that the claim leaves out",
    "denied": "the knowledge base denies it",
    "limit": "limit decides",
    "start": "from something else",
    "other_start": "from another day",
}
"""How the reasons of the rules end: each rule has a reliability of its own."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A claim beside the sentences of the retrieved passages; `passages` numbers the passage of each sentence."""

    claim: Statement
    sentences: Sequence[Sentence]
    passages: Sequence[int]
    weights: Weights
    overlaps: Sequence[float]
    own: Sequence[float]
    found: Comparison
    """What the rules say."""
    top: int = field(init=False)
    """The number of the nearest sentence."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "top", nearest(self.overlaps))


def features(reading: Reading) -> dict[str, float]:
    """The numbers of a reading by name; none knows a word."""
    top = reading.top
    return {
        **_of_rules(reading.found),
        **_of_words(reading, top),
        **_of_strangers(reading),
        **_of_signs(reading, top),
        **_of_amounts(reading, top),
        **_of_question(reading, top),
        **contrasts(
            reading.claim, reading.sentences, reading.passages, reading.weights, reading.overlaps, reading.own, top
        ),
    }


def held_by_passage(reading: Reading) -> float:
    """The largest share of the claim's own weight that the sentences of one passage hold together."""
    weights = reading.weights
    passages: dict[int, list[int]] = {}
    for at, number in enumerate(reading.passages):
        passages.setdefault(number, []).append(at)
    near = [(w, [one.said for one in weights.matches.to_each(term)]) for term, w in weights.own]
    return max(
        sum([w * max([said[at] for at in group]) for w, said in near]) / weights.total for group in passages.values()
    )


def _of_rules(found: Comparison) -> dict[str, float]:
    return {
        "supported_exact": float(found.relation == "supported" and found.exact),
        "supported": float(found.relation == "supported" and not found.exact),
        "contradicted_exact": float(found.relation == "contradicted" and found.exact),
        "contradicted": float(found.relation == "contradicted" and not found.exact),
        "not_in_kb": float(found.relation == "not_in_kb"),
        "doubtful": float(found.doubtful),
        "follows": float(found.reason == FOLLOWS),
        **{f"{path}_{relation}": float((found.path, found.relation) == (path, relation)) for path, relation in _SPOKEN},
        **{f"because_{name}": float(found.reason.endswith(told)) for name, told in _REASONS.items()},
    }


def _of_words(reading: Reading, top: int) -> dict[str, float]:
    """How much of the claim's words is held: by the nearest sentence, by its passage, by any, by none."""
    weights, sentences = reading.weights, reading.sentences
    ranked = sorted(reading.overlaps, reverse=True)
    nearest = [(weights.matches.best.get(term.text, 0.0), term, w) for term, w in weights.own]
    total = weights.total
    return {
        "overlap": reading.overlaps[top],
        "own": reading.own[top],
        "gap": ranked[0] - ranked[1] if len(ranked) > 1 else 0.0,
        "held_anywhere": sum(best * w for best, _, w in nearest) / total,
        "strange": sum(w for best, _, w in nearest if best < _STRANGE) / total,
        "strangers": min(_FEW, sum(best < _STRANGE for best, _, _ in nearest)),
        "held_by_passage": held_by_passage(reading),
        "elsewhere": sum(
            w for best, term, w in nearest
            if best >= _KNOWN and held(term, sentences[top], weights.matches) < _STRANGE
        ) / total,
        "strange_names": min(3, sum(term.name and best < _STRANGE for best, term, _ in nearest)),
        "terms": min(_MOST_TERMS, len(weights.own)),
        "thin": float(weights.thin),
    }  # fmt: skip


def _of_strangers(reading: Reading) -> dict[str, float]:
    """Words of claim and question that no sentence holds: things that the glossary knows, and other words."""
    best, asked = reading.weights.matches.best, reading.claim.context
    own = [term for term, _ in reading.weights.own]
    strange = [term for term in own if best.get(term.text, 0.0) < _STRANGE]
    known = [_is_thing(term) for term in strange]
    borrowed = [best_match(term, asked) >= _BORROWED for term in strange]
    missed = sum(_is_thing(term) and best.get(term.text, 0.0) < _STRANGE for term in asked)
    return {
        "known_strange": min(_SOME, sum(known)),
        "any_known_strange": float(any(known)),
        "plain_strange": min(_SOME, sum(term.concept is None and len(term.text) >= _LONG for term in strange)),
        "longer_strange": min(_SOME, sum(term.concept is None and len(term.text) >= _LONGER for term in strange)),
        "asked_known_strange": min(_SOME, missed),
        "strange_asked": min(_SOME, sum(borrowed)),
        "strange_new": min(_SOME, len(strange) - sum(borrowed)),
        "concept_share": sum(term.concept is not None for term in own) / max(1, len(own)),
        "strangest": min((best.get(term.text, 0.0) for term in own), default=1.0),
    }


def _is_thing(term: Term) -> bool:
    return term.concept is not None and term.concept not in generic()


def _of_signs(reading: Reading, top: int) -> dict[str, float]:
    """Which way the claim and the nearest sentence point."""
    claim, sentence = reading.claim, reading.sentences[top]
    here = [s for s, n in zip(reading.sentences, reading.passages, strict=True) if n == reading.passages[top]]
    turned = float(claim.denies != sentence.denies)
    denied_near = any(s.denies for s in here)
    return {
        "denies": float(claim.denies),
        "sentence_denies": float(sentence.denies),
        "turned": turned,
        "turned_overlap": turned * reading.overlaps[top],
        "straight_overlap": (1 - turned) * reading.overlaps[top],
        "turned_own": turned * reading.own[top],
        "opposite": float(clash(claim, sentence, polar())),
        "excluded": float(clash(claim, sentence, antonyms())),
        **{f"claim_{role}": float(role in claim.said.roles) for role in _CLAIM_ROLES},
        **{f"sentence_{role}": float(role in sentence.said.roles) for role in _SENTENCE_ROLES},
        "only_dropped": float("only" in sentence.said.roles and "only" not in claim.said.roles),
        "has_clauses": float(bool(sentence.beside)),
        "denied_near": float(denied_near),
        "denied_near_only": float(denied_near and not claim.denies),
        "denies_far": float(claim.denies) * (1 - reading.overlaps[top]),
        "beyond_limit": float(unmet(claim, sentence)),
    }


def _of_amounts(reading: Reading, top: int) -> dict[str, float]:
    """Whether the claim's amounts stand in the passage, and how well what is bound to them fits."""
    claim, sentences = reading.claim, reading.sentences
    best = equal = 0.0
    all_equal, any_equal = bool(claim.amounts), False
    for amount in claim.amounts:
        found = candidates(amount, claim, sentences, reading.weights)
        same = max((c.score for c in found if c.equal), default=0.0)
        best = max([best, *(c.score for c in found)])
        equal = max(equal, same)
        all_equal, any_equal = all_equal and same > 0, any_equal or same > 0
    here = [
        q for s, n in zip(sentences, reading.passages, strict=True) if n == reading.passages[top] for q in s.amounts
    ]
    everywhere = [q for s in sentences for q in s.amounts]
    new = [q for q in claim.amounts if q.kind in _HARD and not _stands(q, everywhere)]
    kinds = {q.kind for q in sentences[top].amounts}
    return {
        "amounts": min(3, len(claim.amounts)),
        "has_amounts": float(bool(claim.amounts)),
        "best_bound": best,
        "equal_bound": equal,
        "equal_share": equal / best if best else 0.0,
        "all_equal": float(all_equal),
        "any_equal": float(any_equal),
        "none_equal": float(bool(claim.amounts) and not any_equal),
        "sentence_amounts": float(bool(kinds)),
        "kind_in_sentence": float(any(q.kind in kinds for q in claim.amounts)),
        "equal_in_passage": float(any(_stands(q, here) for q in claim.amounts)),
        "all_equal_in_passage": float(bool(claim.amounts) and all(_stands(q, here) for q in claim.amounts)),
        "kind_in_passage": float(any(a.kind == b.kind for a in claim.amounts for b in here)),
        "new_amounts": min(2, len(new)),
        "new_price": float(any(q.kind == "money" for q in new)),
    }


def _of_question(reading: Reading, top: int) -> dict[str, float]:
    """What the claim answers, and whether the passages speak of it."""
    claim, nearest = reading.claim, reading.weights.matches.best
    asked = [nearest.get(term.text, 0.0) for term in claim.context]
    yes, no = float(claim.reply == "yes"), float(claim.reply == "no")
    denied = float(reading.sentences[top].denies)
    said = reading.sentences[top].said.terms
    return {
        "asked_known": sum(best >= _KNOWN for best in asked) / len(asked) if asked else 0.5,
        "asked_strange": min(_FEW, sum(best < _STRANGE for best in asked)),
        "asked_in_sentence": sum(best_match(term, said) >= _KNOWN for term in claim.context) / max(1, len(asked)),
        "yes": yes,
        "no": no,
        "yes_denied": yes * denied,
        "no_denied": no * denied,
        "later": float(claim.later),
        "words": min(_MOST_WORDS, len(claim.text.split())) / _MOST_WORDS,
        "exclaimed": float(claim.text.rstrip().endswith("!")),
    }


def _stands(amount: Quantity, among: Sequence[Quantity]) -> bool:
    return any(equal_amounts(amount, other) for other in among)
