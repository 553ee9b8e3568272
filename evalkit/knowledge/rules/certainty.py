"""Where a contradiction that a rule found is in doubt by its own nature, whatever the weights say of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from evalkit.knowledge.reading.glossary import generic, role_words, roles
from evalkit.knowledge.reading.statements import Comparison, Sentence, Statement, plain_negations
from evalkit.knowledge.reading.wording import Term, best_match, wording
from evalkit.language.amounts import Quantity, meets
from evalkit.text.data_files import word_parts
from evalkit.text.normalise import comparable
from evalkit.text.tokens import words

ANOTHER, DENIED = "another", "the one says it, the other denies it"
ALL_THERE_IS = "the knowledge base names all there is"
OTHERS = "this holds for others"
OTHER_HOURS = "other hours stand in the knowledge base"
_BOUND_TO, _STRANGE = 0.5, 0.5
_ALIKE, _PARTS_OF_TWO = 0.6, 2
_FACTORS = frozenset({"count", "duration", "measure", "frequency"})


def doubted(found: Comparison, claim: Statement, sentences: Sequence[Sentence], own: Sequence[float]) -> Comparison:
    """A finding, marked as doubtful where the contradiction may be reckoned, borrowed or denied of another part."""
    if found.relation != "contradicted" or found.sentence is None or found.doubtful:
        return found
    sentence = sentences[found.sentence]
    if found.reason.startswith(ANOTHER):
        # A price that no reckoning gives is no sum and no share either.
        reckoned = _reckoned(claim, sentence) or _follows(claim, sentence, sentences)
        doubt = own[found.sentence] < _BOUND_TO or (reckoned and not found.barred) or _of_a_stranger(claim, sentences)
    elif found.reason == OTHER_HOURS:
        doubt = role_words("_reckoned").search(comparable(claim.text)) is not None
    elif found.reason == OTHERS:
        doubt = True
    elif found.reason == ALL_THERE_IS:
        doubt = own[found.sentence] < _BOUND_TO
    else:
        # A bare answer says the question's words, whose verb and doer are the customer's.
        doubt = claim.text == claim.question or (found.reason == DENIED and denied_elsewhere(claim, sentence))
    return replace(found, doubtful=True) if doubt else found


def _of_a_stranger(claim: Statement, sentences: Sequence[Sentence]) -> bool:
    """Whether an amount is told of a name that no sentence knows: what the others cost says nothing of it."""
    if claim.language == "de":
        # Every noun has a capital letter.
        return False
    return any(
        term.name and not any(best_match(term, (*s.said.terms, *s.passage)) >= _STRANGE for s in sentences)
        for term in claim.said.terms
    )


def _reckoned(claim: Statement, sentence: Sentence) -> bool:
    """Whether an amount may be a sum, a difference, a share or a multiple of what the sentence tells."""
    told = f"{claim.text} {claim.question}"
    if role_words("_reckoned").search(comparable(told)):
        return True
    kinds = [q.kind for q in claim.amounts]
    if any(q.kind == "money" and kinds.count("money") > 1 for q in claim.amounts):
        return True
    return "money" in kinds and any(_may_multiply(asked, sentence) for asked in claim.asked)


def _may_multiply(asked: Quantity, sentence: Sentence) -> bool:
    """Whether the customer's own amount is how much of it, and no case that a limit of the sentence decides."""
    if asked.kind == "money":
        return any(q.kind == "percent" for q in sentence.amounts)
    return asked.kind in _FACTORS and all(meets(asked, limit) is None for limit in sentence.amounts)


def _follows(claim: Statement, at: Sentence, sentences: Sequence[Sentence]) -> bool:
    """Whether a price is a sum, or so many times, what one passage tells, by chance or not."""
    passage = [sentence for sentence in sentences if sentence.passage is at.passage]
    told = {(q.kind, q.unit, q.lo) for sentence in passage for q in sentence.amounts if q.lo > 0}
    return any(
        unit == amount.unit and kind == amount.kind and amount.lo in {value + other, value * times}
        for amount in claim.amounts
        if amount.kind == "money" and amount.lo > 0
        for kind, unit, value in told
        for other, times in _operands(amount, told)
    )


def _operands(amount: Quantity, told: set[tuple[str, str, float]]) -> Iterator[tuple[float, float]]:
    """What may be added to an amount, and by what it may be multiplied."""
    for kind, unit, value in told:
        if kind == amount.kind and unit == amount.unit:
            yield value, 1.0
        elif kind == "count":
            yield 0.0, value


def denied_elsewhere(claim: Statement, sentence: Sentence) -> bool:
    """Whether the part of a sentence that speaks most of what the claim says is not the part that denies."""
    if claim.denies or not sentence.denies:
        return False
    parts = [part for part in _parts().split(sentence.text) if part]
    if len(parts) < _PARTS_OF_TWO:
        return False
    terms = [term for term in claim.said.terms if term.concept not in generic()]
    said = [wording(part) for part in parts]
    shares = [sum(_has(term, each.terms) for term in terms) for each in said]
    most = max(range(len(parts)), key=lambda n: shares[n])
    return (
        shares[most] > 0
        and "denying" not in said[most].roles
        and not plain_negations() & set(words(comparable(parts[most])))
    )


@cache
def _parts() -> re.Pattern[str]:
    return re.compile(rf"[,;:–]\s+|\s(?:{'|'.join(word_parts(roles()['_joint']))})\s")


def _has(term: Term, terms: Sequence[Term]) -> bool:
    return best_match(term, terms) >= _ALIKE
