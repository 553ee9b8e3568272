"""Things of which the knowledge base is silent: a claim of one is neither told nor denied, whatever else it says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache

from evalkit.knowledge.reading.alignment import Weights
from evalkit.knowledge.reading.glossary import generic, phrases, role_words, things
from evalkit.knowledge.reading.statements import Comparison, Sentence, Statement
from evalkit.knowledge.reading.wording import Term, best_match
from evalkit.language.opening_hours import days_in, months_in
from evalkit.text.normalise import comparable

SILENT = "the knowledge base is silent about what is claimed"
_KNOWN, _ASKED = 0.5, 0.6
_LEAST_WORD = 4
_COSTS = frozenset({"cost", "price", "free", "fee", "pay"})
_LEAST_NAME, _LEAST_HEAD, _LEAST_BEFORE, _ENDING = 3, 7, 4, 4
_STREET = re.compile(
    r"[\w-]+(?:gade|gata|gatan|gate|gaten|vej|vejen|vei|veien|veg|vegen|väg|vägen|tie|katu|kuja|straße|strasse|weg|platz"
    r"|plads|plass|torg|torget|torv|allé|kaj|kai)\s+\d+(?![\d.,:]*\s*(?:kr|€|%))",
    re.IGNORECASE,
)
_MAIL, _PAGE = re.compile(r"\w@\w"), re.compile(r"www\.|https?:|\w\.(?:se|dk|no|fi|de|com|example|eu|net|org)\b")
_SHARE = re.compile(r"\d\s?(?:%|per ?cent|procent|pro[sz]ent)", re.IGNORECASE)
_SHOWN_BY = {"email": _MAIL, "online": _PAGE, "discount": _SHARE}


def silent(found: Comparison, claim: Statement, sentences: Sequence[Sentence], weights: Weights) -> Comparison:
    """The rules' finding, or not in the knowledge base where the claim is of a thing that no passage names."""
    if (found.relation == "contradicted" and found.exact) or not of_the_unknown(claim, sentences, weights):
        return found
    return Comparison("not_in_kb", found.sentence, False, SILENT)


def of_the_unknown(claim: Statement, sentences: Sequence[Sentence], weights: Weights) -> bool:
    """Whether a claim is of a thing that no passage names, and does not deny it.

    A thing is what the glossary lists as one, a name, a street with its number, or a compound with such a thing.
    """
    if claim.denies:
        return False
    best = weights.matches.best
    for term, _ in weights.own:
        if _is_thing(term) and best.get(term.text, 0.0) < _KNOWN and not _told(term, term.concept, sentences):
            return True
        if _is_strange_name(term, claim, best) and not _around(term, sentences):
            return True
        if (part := _part(term)) is not None and not _told(term, part, sentences):
            return True
    return False


def prices_the_unknown(claim: Statement, weights: Weights) -> bool:
    """Whether a price is claimed of what the question names too, or of what leads the claim, and no passage has it.

    What other things cost says nothing of it.
    """
    terms = [term for term, _ in weights.own if term in claim.said.terms]
    price = next((amount for amount in claim.amounts if amount.kind == "money"), None)
    if price is None or claim.denies or not terms or role_words("_reckoned").search(comparable(claim.text)):
        return False
    strange = [
        term
        for term in terms
        if weights.matches.best.get(term.text, 0.0) < _KNOWN
        and term.concept not in generic()
        and len(term.text) >= _LEAST_WORD
    ]
    after = [term for term in terms if term.start > terms[0].end]
    leads = terms[0] in strange and (not after or after[0].concept in _COSTS or price.start < after[0].start)
    return leads or any(best_match(term, claim.context) >= _ASKED for term in strange)


def _is_thing(term: Term) -> bool:
    return term.concept in things()


def _told(term: Term, concept: str | None, sentences: Sequence[Sentence]) -> bool:
    """Whether any passage, its heading or an address in it tells of a thing."""
    shown = _SHOWN_BY.get(concept or "")
    return any(
        any(other.concept == concept or _part(other) == concept for other in passage) or best_match(term, passage) >= 1
        for passage in _passages(sentences)
    ) or (shown is not None and any(shown.search(sentence.text) for sentence in sentences))


def _around(term: Term, sentences: Sequence[Sentence]) -> bool:
    return any(best_match(term, passage) >= _KNOWN for passage in _passages(sentences))


def _passages(sentences: Sequence[Sentence]) -> Iterable[tuple[Term, ...]]:
    return {id(sentence.passage): sentence.passage for sentence in sentences}.values()


def _is_strange_name(term: Term, claim: Statement, best: dict[str, float]) -> bool:
    """Whether a name, neither of a day, a month or a country nor the customer's own word, is like no word told."""
    if not term.name or len(term.text) < _LEAST_NAME or best.get(term.text, 0.0) >= _KNOWN:
        return False
    if _STREET.match(claim.text, term.start):
        return True
    if term.concept is not None:
        return False
    if claim.language == "de" and not _is_spelt_as_a_name(claim.text[term.start : term.end]):
        return False
    if best_match(term, claim.context) >= _KNOWN or role_words("_kind_country").search(term.text):
        return False
    return not days_in(term.text) and not months_in(term.text)[0]


def _is_spelt_as_a_name(word: str) -> bool:
    """Whether a German noun has more capital letters than its first."""
    return sum(letter.isupper() for letter in word) > 1


@cache
def _heads() -> tuple[dict[str, str], dict[str, str]]:
    exact, prefixes = {}, {}
    for wide in (False, True):
        whole, begun = phrases(wide=wide)
        exact.update({words[0]: c for words, c in whole.items() if len(words) == 1 and c in things()})
        prefixes.update(
            {start: c for start, follows in begun.items() for rest, c in follows if not rest and c in things()}
        )
    return exact, prefixes


def _part(term: Term) -> str | None:
    """The thing that a compound ends in, or that stands before its hyphen: an insurance, of one against cancelling."""
    return None if _is_thing(term) or " " in term.text else _part_of(term.text)


@cache
def _part_of(word: str) -> str | None:
    exact, prefixes = _heads()
    if (found := next((exact[part] for part in word.split("-")[:-1] if part in exact), None)) is not None:
        return found
    for at in range(_LEAST_BEFORE, len(word) - _LEAST_HEAD + 1):
        rest = word[at:]
        if (found := exact.get(rest)) is not None:
            return found
        for size in range(len(rest), max(_LEAST_HEAD, len(rest) - _ENDING) - 1, -1):
            if (found := prefixes.get(rest[:size])) is not None:
                return found
    return None
