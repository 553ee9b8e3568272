"""A claim beside the sentences of the knowledge base: amounts bound to what they measure, denials, opposites."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from math import log
from typing import Literal

from evalkit.knowledge.wording import Term, Wording, alike, antonyms, best_match, generic, polar, roles, wording
from evalkit.language.amounts import Quantity, comparable_counts, meets, same, within
from evalkit.language.lexicons import negations
from evalkit.language.opening_hours import DayHours, day_hours, days_in
from evalkit.language.quantities import quantities
from evalkit.text.data_files import word_parts
from evalkit.text.sentences import split
from evalkit.text.tokens import words

Relation = Literal["supported", "contradicted", "not_in_kb", "unsure"]
_NEAR = 0.15
"""How fast a word's tie to an amount fades with each word between them."""
_ACROSS, _HEAD_ACROSS = 0.35, 0.6
_COMMA, _HEAD_COMMA = 0.35, 0.8
_STRANGE = 0.06
_NEIGHBOUR, _BESIDE = 0.35, 0.6
_LEAST_TERMS = 2
_CONTEXT = 0.5
_SUPPORTED = 0.45
_DENIES, _OWN_DENIES = 0.42, 0.4
_BOUND = 0.22
_SAME_SCORE, _JUST_AS_NEAR, _JUST_AS_GOOD = 0.93, 0.9, 0.85
_OTHER_NAME = 0.8
_EXACT, _EXACT_LEAD = 0.4, 0.05
_RIVAL = 0.5
_SAME_BOUND, _NO_BOUND = 1.4, 0.95
_GENERIC = 0.4
_SPEAKS_OF_HOURS, _OPEN = 0.25, -1.0
_SOFT = frozenset({"count", "frequency"})
_TORN, _NEAR_ENOUGH = 0.4, 0.3
_FEW, _ASKED = 3, 0.5
_DERIVABLE = 0.5
_HOUR_WORDS = frozenset({"open", "closed", "weekday", "day"})
_SUBJECT, _SWAPPED = 0.4, 0.35
_SMALL = 4
_SPEAKS, _OWN_SPEAKS = 0.42, 0.3
_COMMA_SIGN = re.compile(r"[,;:]")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a passage at [start, end) of it, read once; `around` are the terms of the rest of the passage."""

    text: str
    start: int
    end: int
    said: Wording
    amounts: tuple[Quantity, ...]
    denies: bool
    around: tuple[Term, ...]
    beside: tuple[Term, ...] = ()
    """The terms of the sentence's other clauses, which share its subject."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim read for comparing; `context` are terms of the question and of what was said before."""

    text: str
    said: Wording
    amounts: tuple[Quantity, ...]
    denies: bool
    context: tuple[Term, ...]
    asked: tuple[Quantity, ...] = ()
    question: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one sentence, the nearest that decides, says of the claim."""

    relation: Relation
    sentence: int | None = None
    exact: bool = False
    reason: str = ""


@lru_cache(maxsize=20_000)
def sentences_of(passage: str, heading: str, language: str | None) -> tuple[Sentence, ...]:
    """The sentences of a passage."""
    pieces = split(passage)
    said = [wording(piece.text) for piece in pieces]
    title = wording(heading).terms if heading else ()
    found = []
    for number, piece in enumerate(pieces):
        others = (*title, *(term for at, w in enumerate(said) if at != number for term in w.terms))
        spans = clauses(piece.text)
        parts = [wording(piece.text[start:end]) for start, end in spans]
        for at, (start, end) in enumerate(spans):
            text = piece.text[start:end]
            beside = tuple(term for n, w in enumerate(parts) if n != at for term in w.terms)
            found.append(
                Sentence(
                    text, piece.start + start, piece.start + end, parts[at], quantities(text),
                    denies(text, parts[at], language), others, beside,
                )
            )  # fmt: skip
    return tuple(found)


def clauses(sentence: str) -> list[tuple[int, int]]:
    """The spans of a sentence's clauses: cut where each side says something of its own.

    >>> text = "Vi tar kort, men inte kontanter."
    >>> [text[a:b] for a, b in clauses(text)]
    ['Vi tar kort', 'men inte kontanter.']
    """
    spans, start = [], 0
    for cut in _cuts().finditer(sentence):
        left, right = sentence[start : cut.start()], sentence[cut.end("edge") :]
        if len(wording(left).terms) < _LEAST_TERMS or not wording(right).terms:
            continue
        if (cut.group("joint") or cut.group("comma")) and not _each_its_own(left, right):
            continue
        spans.append((start, cut.start()))
        start = cut.end("edge")
    return [*spans, (start, len(sentence))]


def _each_its_own(left: str, right: str) -> bool:
    """Whether two joined parts have each an amount of one kind, or each a sign that can be turned, or one a denial."""
    until = _cuts().search(right)
    near = right[: until.start()] if until else right
    kinds = [{q.kind for q in quantities(part)} - {"clock"} for part in (left, near)]
    signs = frozenset().union(*polar())
    signed = [any(term.concept in signs for term in wording(part).terms) for part in (left, near)]
    denied = "denying" in wording(near).roles and "denying" not in wording(left).roles
    return bool(kinds[0] & kinds[1]) or all(signed) or (denied and len(wording(near).terms) >= _LEAST_TERMS)


@cache
def _cuts() -> re.Pattern[str]:
    words_, joints, contrast = ("|".join(word_parts(roles()[name])) for name in ("_clause", "_joint", "_contrast"))
    return re.compile(
        rf"(?P<edge>;\s+|,\s+(?=(?:{words_}|{contrast})(?!\w))|\s+(?=(?:{words_})(?!\w))"
        rf"|,?\s+(?P<joint>(?:{joints})\s+)|(?P<comma>,\s+))",
        re.IGNORECASE,
    )


def denies(text: str, said: Wording, language: str | None) -> bool:
    """Whether a sentence denies: an odd number of negations, words such as closed among them."""
    known = negations(language) if language is not None else frozenset()
    n = sum(word in known for word in words(text))
    return (n + ("denying" in said.roles)) % 2 == 1 if n < 2 else True


def compare(claim: Statement, sentences: Sequence[Sentence]) -> Comparison:
    """The relation of a claim to the nearest sentences."""
    if not sentences:
        return Comparison("not_in_kb")
    weights = _weights(claim, sentences)
    overlaps = [_overlap(claim, sentence, weights) for sentence in sentences]
    if (timed := _by_days(claim, sentences, overlaps)) is not None:
        return timed
    if claim.amounts:
        return _by_amounts(claim, sentences, weights, overlaps)
    own = [sum(w * _held(term, s) for term, w in weights.own) / weights.total for s in sentences]
    if weights.thin and not claim.denies:
        own = [0.0] * len(sentences)
    return _by_words(claim, sentences, overlaps, own)


# ---------------------------------------------------------------- alignment


@dataclass(frozen=True, slots=True)
class _Weights:
    own: tuple[tuple[Term, float], ...]
    context: tuple[tuple[Term, float], ...]
    thin: bool = False
    """True where the claim borrows its matter from the question."""

    @property
    def total(self) -> float:
        return sum(weight for _, weight in self.own) or 1.0


def _weights(claim: Statement, sentences: Sequence[Sentence]) -> _Weights:
    free = [
        term
        for term in claim.said.terms
        if not any(q.start < term.end and term.start < q.end for q in claim.amounts) or term.concept == "free"
    ]
    own = tuple((term, _rarity(term, sentences)) for term in free)
    context = tuple(
        (term, _CONTEXT * _rarity(term, sentences, unknown=0.0))
        for term in claim.context
        if best_match(term, free) < 0.6
    )
    if len(own) < 2:
        # Too little of its own: "No." and "It is 30 days." speak of what was asked.
        context = tuple((term, weight / _CONTEXT) for term, weight in context)
        return _Weights((*own, *(pair for pair in context if pair[1] > 0)), (), thin=bool(context))
    return _Weights(own, context)


def _rarity(term: Term, sentences: Sequence[Sentence], unknown: float = 0.6) -> float:
    n = sum(best_match(term, sentence.said.terms) >= 0.6 for sentence in sentences)
    most = log(len(sentences) + 1.5)
    rarity = log((len(sentences) + 1.5) / (n + 0.5)) if n else unknown * most
    return _GENERIC * rarity if term.concept in generic() else rarity


def _overlap(claim: Statement, sentence: Sentence, weights: _Weights) -> float:
    own = sum(w * _held(term, sentence) for term, w in weights.own) / weights.total
    extra = sum(w * _held(term, sentence) for term, w in weights.context) / weights.total
    return own + 0.6 * min(extra, 1 - own) if own < 1 else own + 0.1 * extra


def _held(term: Term, sentence: Sentence) -> float:
    return max(
        best_match(term, sentence.said.terms),
        _BESIDE * best_match(term, sentence.beside),
        _NEIGHBOUR * best_match(term, sentence.around),
    )


# ---------------------------------------------------------------- without amounts


def _by_words(
    claim: Statement, sentences: Sequence[Sentence], overlaps: Sequence[float], own: Sequence[float]
) -> Comparison:
    ranked = sorted(range(len(sentences)), key=lambda n: -overlaps[n])
    top = ranked[0]
    if (listed := _listed(claim, sentences, overlaps, ranked)) is not None:
        return listed
    if (swapped := _substituted(claim, sentences, overlaps, top)) is not None:
        return swapped
    if overlaps[top] < _DENIES:
        return Comparison("not_in_kb", top)
    # Another sentence just as near may say what the claim says.
    near = [n for n in ranked if overlaps[n] >= _JUST_AS_NEAR * overlaps[top]]
    agreeing = [n for n in near if not _against(claim, sentences[n])]
    if not agreeing:
        # What only the question shares with a sentence is too little to deny it by.
        sure = own[top] >= _OWN_DENIES
        reason = _against(claim, sentences[top])
        return Comparison("contradicted", top, False, reason) if sure else Comparison("unsure", top)
    top = agreeing[0]
    if _too_wide(claim, sentences[top]):
        return Comparison("contradicted", top, False, "the knowledge base sets a limit that the claim leaves out")
    if overlaps[top] >= _SUPPORTED:
        return Comparison("supported", top)
    return Comparison("unsure", top)


def _against(claim: Statement, sentence: Sentence) -> str:
    """Why a sentence says the opposite of a claim, empty where it does not; denials, opposites and limits turn it."""
    denied, turned = claim.denies != sentence.denies, _clash(claim, sentence, polar())
    unmet = _unmet(claim, sentence)
    if (denied + turned + unmet) % 2:
        if unmet:
            return "the customer's case is beyond the limit"
        return "the one excludes the other" if turned else "the one says it, the other denies it"
    excluded = not denied and _clash(claim, sentence, antonyms())
    return "the one excludes the other" if excluded else ""


def _too_wide(claim: Statement, sentence: Sentence) -> bool:
    """Whether a claim says "always" of what a sentence limits."""
    if "always" not in claim.said.roles or "always" in sentence.said.roles:
        return False
    limited = {"only", "condition"} & sentence.said.roles
    return bool(limited) or any(amount.bound for amount in sentence.amounts)


def _unmet(claim: Statement, sentence: Sentence) -> bool:
    """Whether the customer's own amount is beyond the limit of a sentence."""
    own = [q for q in claim.asked if q.lo > 0]
    met = [m for asked in own for limit in sentence.amounts if (m := meets(asked, limit)) is not None]
    return bool(met) and not any(met)


def _listed(
    claim: Statement, sentences: Sequence[Sentence], overlaps: Sequence[float], ranked: Sequence[int]
) -> Comparison | None:
    """A name beside a list that says "only": in it, or not."""
    names = [term for term in claim.said.terms if term.name and term.concept is None]
    for n in ranked[:4]:
        sentence = sentences[n]
        known = [term for term in sentence.said.terms if term.name]
        if "only" not in sentence.said.roles or len(known) < 2 or overlaps[n] < 0.2:
            continue
        strange = [
            term for term in names if not any(best_match(term, (*s.said.terms, *s.around)) >= 0.6 for s in sentences)
        ]
        spoken = (*(term for term in claim.said.terms if term not in strange), *claim.context)
        shared = any(best_match(term, sentence.said.terms) >= 0.6 for term in spoken)
        if strange and shared:
            right = claim.denies
            return Comparison("supported" if right else "contradicted", n, False, "the list names all there is")
        if "only" in claim.said.roles and names and all(best_match(t, known) >= 0.6 for t in names):
            return Comparison("supported", n)
    return None


def _substituted(
    claim: Statement, sentences: Sequence[Sentence], overlaps: Sequence[float], top: int
) -> Comparison | None:
    """Contradicted where a strange name stands after the same small word as a known one: in Bergen, in Oslo."""
    sentence = sentences[top]
    if overlaps[top] < _SWAPPED or claim.denies != sentence.denies:
        return None
    strange = {
        _before(claim.text, term)
        for term in claim.said.terms
        if term.name and not any(best_match(term, (*s.said.terms, *s.around)) >= 0.6 for s in sentences)
    }
    known = {
        _before(sentence.text, term)
        for term in sentence.said.terms
        if term.name and best_match(term, claim.said.terms) < 0.6
    }
    if (strange & known) - {""}:
        return Comparison("contradicted", top, False, "another name stands in the knowledge base")
    return None


def _before(text: str, term: Term) -> str:
    words_ = text[: term.start].split()
    return words_[-1].lower() if words_ and len(words_[-1]) <= _SMALL else ""


# ---------------------------------------------------------------- opening hours


def _by_days(claim: Statement, sentences: Sequence[Sentence], overlaps: Sequence[float]) -> Comparison | None:
    """What the nearest sentence with hours by weekday says of a claim's; None where either is silent."""
    mine = _claimed_hours(claim)
    if not mine:
        return None
    told = [(n, hours) for n, s in enumerate(sentences) if (hours := _hours_around(sentences, n)) and s.amounts]
    told = [(n, hours) for n, hours in told if overlaps[n] >= _SPEAKS_OF_HOURS]
    if not told:
        return None
    named = [t for t in claim.said.terms if t.concept not in _HOUR_WORDS and not days_in(t.text)]
    same_subject = [pair for pair in told if not named or _names(named, sentences[pair[0]])]
    if not same_subject:
        known = any(_names(named, sentence) for sentence in sentences)
        return None if known else Comparison("not_in_kb", told[0][0])
    nearest, hours = max(same_subject, key=lambda pair: overlaps[pair[0]])
    for said in mine:
        for day in said.days:
            there = [h for h in hours if day in h.days]
            if any((h.lo, h.hi) == (said.lo, said.hi) or (said.lo == _OPEN and h.lo is not None) for h in there):
                continue
            if not there and said.lo is None:
                continue
            exact = bool(there)
            reason = "other hours stand in the knowledge base" if exact else "the knowledge base names no hours for it"
            return Comparison("contradicted", nearest, exact, reason)
    return Comparison("supported", nearest, True)


def _names(terms: Sequence[Term], sentence: Sentence) -> bool:
    return max(_held(term, sentence) for term in terms) >= _SUBJECT


def _claimed_hours(claim: Statement) -> tuple[DayHours, ...]:
    """The hours that a claim gives; days that only the question names count too, and "open" alone means any hours."""
    found = day_hours(claim.text, claim.amounts)
    if found:
        return found
    days = days_in(claim.text) or days_in(claim.question)
    clocks = [q for q in claim.amounts if q.kind == "clock" and q.hi > q.lo]
    if not days:
        return ()
    if clocks:
        return tuple(DayHours(days, q.lo, q.hi) for q in clocks)
    said = {term.concept for term in claim.said.terms}
    if "open" in said and not claim.amounts:
        return (DayHours(days, None, None) if claim.denies else DayHours(days, _OPEN, _OPEN),)
    return ()


def _hours_around(sentences: Sequence[Sentence], at: int) -> tuple[DayHours, ...]:
    """The hours of a sentence, with the days that the next one tells closed."""
    found = day_hours(sentences[at].text, sentences[at].amounts)
    if found and at + 1 < len(sentences) and sentences[at + 1].start >= sentences[at].start:
        more = day_hours(sentences[at + 1].text, sentences[at + 1].amounts)
        if all(hours.lo is None for hours in more):
            found += more
    return found


# ---------------------------------------------------------------- amounts


@dataclass(frozen=True, slots=True)
class _Candidate:
    sentence: int
    amount: Quantity
    score: float
    equal: bool


def _by_amounts(
    claim: Statement, sentences: Sequence[Sentence], weights: _Weights, overlaps: Sequence[float]
) -> Comparison:
    bound_to = [
        (amount, _one_amount(amount, claim, sentences, weights, overlaps))
        for amount in claim.amounts
        if amount.kind not in _SOFT or _counted_there(amount, sentences)
    ]
    verdicts = [verdict for _, verdict in bound_to]
    if not verdicts:
        own = [sum(w * _held(term, s) for term, w in weights.own) / weights.total for s in sentences]
        return _by_words(claim, sentences, overlaps, own)
    wrong = [v for v in verdicts if v.relation == "contradicted"]
    if wrong:
        return max(wrong, key=lambda v: v.exact)
    top = max(range(len(sentences)), key=lambda n: overlaps[n])
    decided = [v for v in verdicts if v.relation != "unsure"]
    if decided and all(v.relation == "supported" for v in decided):
        found = decided[0]
        conflict = _other_start(claim, sentences, found) or _torn_apart(claim, sentences, overlaps)
        return conflict or (found if len(decided) == len(verdicts) else replace(found, exact=False))
    if any(v.relation == "not_in_kb" for v in verdicts):
        return Comparison("not_in_kb", top)
    return Comparison("unsure", top)


def _counted_there(amount: Quantity, sentences: Sequence[Sentence]) -> bool:
    """Whether any sentence counts the same things; what nobody counts is left to the words."""
    return any(
        other.kind == amount.kind and (amount.kind != "count" or comparable_counts(amount, other))
        for sentence in sentences
        for other in sentence.amounts
    )


def _torn_apart(claim: Statement, sentences: Sequence[Sentence], overlaps: Sequence[float]) -> Comparison | None:
    """Contradicted where no sentence holds all amounts of a claim, and one that holds some denies another."""
    if len(claim.amounts) < 2:
        return None
    torn: int | None = None
    for n, sentence in enumerate(sentences):
        held = [any(_equal(mine, other) for other in sentence.amounts) for mine in claim.amounts]
        if all(held):
            return None
        rivals = [
            any(other.kind == mine.kind and not _equal(mine, other) for other in sentence.amounts)
            for mine in claim.amounts
        ]
        denied = any(rival and not h for rival, h in zip(rivals, held, strict=True))
        if any(held) and denied and overlaps[n] >= _TORN and (torn is None or overlaps[n] > overlaps[torn]):
            torn = n
    return None if torn is None else Comparison("contradicted", torn, False, "these amounts do not belong together")


def _equal(mine: Quantity, other: Quantity) -> bool:
    # Opening hours inside longer ones are other hours; two days inside two to four are not.
    return same(mine, other) or (mine.kind != "clock" and within(mine, other))


def _one_amount(
    amount: Quantity, claim: Statement, sentences: Sequence[Sentence], weights: _Weights, overlaps: Sequence[float]
) -> Comparison:
    found = sorted(_candidates(amount, claim, sentences, weights), key=lambda c: -c.score)
    best_sentence = max(range(len(sentences)), key=lambda n: overlaps[n])
    top = found[0].score if found else 0.0
    denied = sentences[best_sentence]
    if (
        denied.denies
        and not claim.denies
        and overlaps[best_sentence] >= 0.5
        and overlaps[best_sentence] > top
        and not any(q.kind == amount.kind for q in denied.amounts)
        and not any(c.equal and overlaps[c.sentence] >= _JUST_AS_GOOD * overlaps[best_sentence] for c in found)
    ):
        return Comparison("contradicted", best_sentence, False, "the knowledge base denies it")
    if not found or top < _BOUND:
        return Comparison("not_in_kb" if overlaps[best_sentence] < 0.5 else "unsure", best_sentence)
    best = found[0]
    equal = next((c for c in found if c.equal), None)
    if "always" in claim.said.roles and any(not c.equal and c.score >= _RIVAL * best.score for c in found):
        return Comparison("contradicted", best.sentence, False, "not always: the knowledge base has a condition")
    if equal is not None and (equal.score >= _SAME_SCORE * best.score or _by_condition(equal, best, claim, amount)):
        if _opposite(amount, equal.amount):
            return Comparison("contradicted", equal.sentence, True, "at least is not at most")
        if claim.denies == sentences[equal.sentence].denies and _clash(claim, sentences[equal.sentence], polar()):
            return Comparison("contradicted", equal.sentence, False, "the one excludes the other")
        if _unmet(claim, sentences[equal.sentence]):
            return Comparison("contradicted", equal.sentence, False, "the customer's case is beyond the limit")
        if _tighter(claim, amount, equal.sentence, sentences):
            return Comparison("contradicted", equal.sentence, True, "another limit decides the customer's case")
        return Comparison("supported", equal.sentence, True)
    if _derived(amount, found, claim, [s for n, s in enumerate(sentences) if overlaps[n] >= _NEAR_ENOUGH]):
        return Comparison("supported", best.sentence, True)
    if any(same(amount, asked) for asked in claim.asked):
        return _against_threshold(amount, found, claim, sentences)
    own = sum(w * _held(term, sentences[best.sentence]) for term, w in weights.own) / weights.total
    if overlaps[best.sentence] < _SPEAKS or own < _OWN_SPEAKS:
        if _answers(claim, sentences[best.sentence], weights):
            return Comparison("contradicted", best.sentence, False, f"another {amount.kind} answers the question")
        return Comparison("not_in_kb", best.sentence)
    lead = best.score - (equal.score if equal is not None else 0.0)
    exact = best.score >= _EXACT and lead >= _EXACT_LEAD
    return Comparison("contradicted", best.sentence, exact, f"another {amount.kind} stands in the knowledge base")


def _candidates(
    amount: Quantity, claim: Statement, sentences: Sequence[Sentence], weights: _Weights
) -> Iterable[_Candidate]:
    for n, sentence in enumerate(sentences):
        for other in sentence.amounts:
            if other.kind != amount.kind or (amount.kind == "count" and not comparable_counts(amount, other)):
                continue
            own = sum(w * _tied(term, sentence, other) for term, w in weights.own)
            extra = sum(w * _tied(term, sentence, other) for term, w in weights.context)
            equal = _equal(amount, other)
            score = (own + 0.6 * extra) / weights.total
            score *= 1 - _STRANGE * min(4, _strangers(sentence, other, weights))
            score *= _OTHER_NAME ** min(2, _other_names(claim, sentence))
            if amount.bound != other.bound:
                score *= _NO_BOUND
            elif amount.bound:
                score *= _SAME_BOUND
            if _clash(claim, sentence, antonyms()) or _clash(claim, sentence, polar()):
                score *= 0.4
            yield _Candidate(n, other, score, equal)


def _other_names(claim: Statement, sentence: Sentence) -> int:
    """How many names a sentence holds of which neither claim nor question speaks, where names are told by capitals."""
    if sum(term.name for term in claim.said.terms) > 1:
        return 0
    mine = (*claim.said.terms, *claim.context)
    return sum(term.name and term.concept is None and best_match(term, mine) < 0.6 for term in sentence.said.terms)


def _strangers(sentence: Sentence, amount: Quantity, weights: _Weights) -> int:
    """How many words right before an amount the claim does not speak of."""
    mine = [term for term, _ in (*weights.own, *weights.context)]
    near = [t for t in sentence.said.terms if t.end <= amount.start and amount.start - t.end < 40]
    return sum(best_match(term, mine) < 0.5 for term in near)


def _clash(claim: Statement, sentence: Sentence, pairs: frozenset[frozenset[str]]) -> bool:
    mine = {term.concept for term in claim.said.terms if term.concept}
    theirs = {term.concept for term in sentence.said.terms if term.concept}
    return any(frozenset((a, b)) in pairs and a not in theirs and b not in mine for a in mine for b in theirs)


def _tied(term: Term, sentence: Sentence, amount: Quantity) -> float:
    """How strongly a term speaks of an amount: by likeness, by nearness, and by what stands between."""
    best = max(_BESIDE * best_match(term, sentence.beside), _NEIGHBOUR * best_match(term, sentence.around))
    for other in sentence.said.terms:
        likeness = alike(term, other)
        if likeness > best:
            best = max(best, likeness * _nearness(sentence, other, amount))
    return best


def _nearness(sentence: Sentence, term: Term, amount: Quantity) -> float:
    left, right = (term.end, amount.start) if term.end <= amount.start else (amount.end, term.start)
    if left > right:
        return 1.0
    between = sentence.text[left:right]
    near = 1 / (1 + _NEAR * len(between.split()))
    rivals = sum(left <= q.start and q.end <= right and q.kind == amount.kind for q in sentence.amounts)
    # What stands before is the head that later parts share; what stands after belongs to the next part.
    before = term.end <= amount.start
    near *= (_HEAD_ACROSS if before else _ACROSS) ** rivals
    if _COMMA_SIGN.search(between):
        near *= _HEAD_COMMA if before else _COMMA
    return near


def _by_condition(equal: _Candidate, best: _Candidate, claim: Statement, amount: Quantity) -> bool:
    """An offer such as "free above 499" is told right with its condition, and wrong without."""
    if amount.kind != "money" or amount.hi > 0 or "always" in claim.said.roles:
        return False
    return equal.sentence == best.sentence and (len(claim.amounts) > 1 or bool(claim.asked))


def _opposite(left: Quantity, right: Quantity) -> bool:
    return bool(left.bound) and bool(right.bound) and left.bound != right.bound


def _answers(claim: Statement, sentence: Sentence, weights: _Weights) -> bool:
    """Whether a sentence is what the question asks for, and the claim says little but an amount."""
    asked = sum(weight for _, weight in weights.context)
    if not asked or len(weights.own) > _FEW:
        return False
    return sum(w * _held(term, sentence) for term, w in weights.context) / asked >= _ASKED


def _tighter(claim: Statement, amount: Quantity, at: int, sentences: Sequence[Sentence]) -> bool:
    """Whether the customer's own amount meets a tighter limit, beside another amount than the claimed one."""

    def limit_of(sentence: Sentence) -> Quantity | None:
        met = [q for q in sentence.amounts if any(meets(asked, q) for asked in claim.asked)]
        return met[0] if met else None

    mine = limit_of(sentences[at])
    if mine is None:
        return False
    for sentence in sentences:
        other = limit_of(sentence)
        if other is None or other.bound != mine.bound or other.kind != mine.kind:
            continue
        # What keeps the tighter limit keeps the looser one too, never the other way round.
        tighter = bool(meets(other, mine)) and not meets(mine, other)
        if tighter and any(
            q.kind == amount.kind and not _equal(amount, q) and q is not other for q in sentence.amounts
        ):
            return True
    return False


def _derived(amount: Quantity, found: Sequence[_Candidate], claim: Statement, nearby: Sequence[Sentence]) -> bool:
    """Whether the amount follows from the nearest one by counts, years and shares that are spoken of."""
    best = found[0]
    factors = {12.0} if any(term.concept == "year" for term in (*claim.said.terms, *claim.context)) else set()
    for other in (*claim.asked, *(q for q in claim.amounts if q is not amount)):
        if other.kind == "duration" and other.lo == other.hi:
            factors |= {other.lo / 24, other.lo} if other.unit == "h" else {other.lo}
        if other.kind == "count":
            factors.add(other.lo)
    shares = {q.lo / 100 for s in nearby for q in s.amounts if q.kind == "percent"} if amount.kind == "money" else set()
    cuts = {share for p in shares for share in (p, 1 - p) if 0 < share < 1}
    near = [
        c.amount
        for c in found
        if c.score >= _DERIVABLE * best.score and c.amount.kind in {"money", "percent", "measure"}
    ]
    every = {f for f in factors if f > 1} | cuts | {f * cut for f in factors for cut in cuts if f > 1}
    return any(abs(q.lo * f - amount.lo) < 0.002 * max(amount.lo, 1) for q in near for f in every)


def _against_threshold(
    amount: Quantity, found: Sequence[_Candidate], claim: Statement, sentences: Sequence[Sentence]
) -> Comparison:
    """The customer's own amount beside a limit: right where it meets it, and wrong where the limit forbids."""
    for candidate in found:
        met = meets(amount, candidate.amount)
        if met is not None:
            right = met != (claim.denies != sentences[candidate.sentence].denies)
            return Comparison("supported" if right else "contradicted", candidate.sentence, True, "the limit decides")
    return Comparison("unsure", found[0].sentence)


def _other_start(claim: Statement, sentences: Sequence[Sentence], found: Comparison) -> Comparison | None:
    """The right time, counted from the wrong day."""
    if found.sentence is None or not any(q.kind == "duration" for q in claim.amounts):
        return None
    mine, theirs = claim.said.roles, sentences[found.sentence].said.roles
    for one, other in (("order_start", "receipt_start"), ("receipt_start", "order_start")):
        if one in mine and other not in mine and other in theirs and one not in theirs:
            return Comparison("contradicted", found.sentence, True, "the time runs from another day")
    return None
