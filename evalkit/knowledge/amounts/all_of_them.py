"""An amount that is told of all, and one that is told of each: never, or just what a sentence says too."""

from __future__ import annotations

from evalkit.knowledge.reading.glossary import role_words
from evalkit.knowledge.reading.statements import Sentence, Statement
from evalkit.knowledge.reading.wording import best_match
from evalkit.text.normalise import comparable

_THING = 0.7


def of_each(claim: Statement, sentence: Sentence) -> bool:
    """Whether a sentence speaks of all too, or of the thing that the claim speaks of each of: £3.50 on every box."""
    if "always" in sentence.said.roles:
        return True
    if any(q.bound or q.unit == "month" for q in sentence.amounts):
        return False
    spoken = comparable(claim.text)
    return any(
        best_match(term, sentence.said.terms) >= _THING
        for hit in role_words("_every").finditer(spoken)
        for term in [t for t in claim.said.terms if t.start >= hit.end()][:1]
    )


def says_always(claim: Statement) -> bool:
    """Whether a word such as "always" is none of an amount (every two weeks) and no name."""
    return any(
        not any(q.start <= hit.start() < q.end for q in claim.amounts)
        and not (hit.start() and claim.text[hit.start()].isupper())
        for hit in role_words("_always").finditer(comparable(claim.text))
    )
