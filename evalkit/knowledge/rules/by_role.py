"""A claim of who does a thing beside the sentences that tell who does it."""

from __future__ import annotations

from collections.abc import Sequence

from evalkit.knowledge.reading.actors import ANY, Act, actions_in, acts, asks_what, asks_who, is_party, opposed
from evalkit.knowledge.reading.glossary import generic
from evalkit.knowledge.reading.statements import Comparison, Sentence, Statement
from evalkit.knowledge.reading.wording import best_match

OTHER_DOER = "the knowledge base says that another does it"
_NEAR, _AS_NEAR, _KNOWN, _UNASKED = 0.25, 0.8, 0.7, 0.4
_SERVICES = frozenset(
    {"repair", "fit", "unplug", "clean", "clear_snow", "carry", "collect", "dig", "insure", "pack", "take_away", "own"}
)
"""What one party alone does, so that an answer which tells of another is wrong whatever was asked."""


def by_role(claim: Statement, sentences: Sequence[Sentence], overlaps: Sequence[float]) -> Comparison | None:
    """What the sentences near a claim say of who does a thing, where all of them say one thing of it."""
    language = claim.language
    if language is None or not claim.question or claim.denies:
        return None
    asked = _Asked(claim.question, language)
    mine = _claimed(claim, language)
    if not mine:
        return None
    told: list[tuple[float, int, bool]] = []
    for n, sentence in enumerate(sentences):
        if overlaps[n] < (_NEAR if asked.of_doers else _UNASKED):
            continue
        theirs = [act for act in acts(sentence.text, language) if not act.denied]
        pairs = [(a, b) for a in mine for b in theirs if asked.is_one(a, b)]
        if pairs and _one_matter(claim, sentence, language):
            told.append((overlaps[n], n, all(opposed(a.parties, b.parties) for a, b in pairs)))
    most = max(told, default=(0.0,))[0]
    near = [each for each in told if each[0] >= _AS_NEAR * most]
    if near and all(other for _, _, other in near):
        return Comparison("contradicted", max(near)[1], asked.who, OTHER_DOER)
    return None


class _Asked:
    """What a question asks of doers: who does a thing, or whether one party does."""

    def __init__(self, question: str, language: str) -> None:
        self.who = asks_who(question, language)
        parts = () if self.who or asks_what(question, language) else acts(question, language, asked=True)
        of_one = frozenset(name for act in parts for name in act.actions)
        self.actions = (actions_in(question, language) if self.who else of_one) - {ANY}
        self.of_doers = self.who or bool(self.actions)

    def is_one(self, mine: Act, theirs: Act) -> bool:
        """Whether both tell who does what is asked, the one in its own words or in a verb for any."""
        told = theirs.actions & self.actions or (self.who and ANY in theirs.actions)
        if not self.actions:
            both = mine.actions & theirs.actions
            return bool(both if self.who else both & _SERVICES)
        return bool(told and (mine.actions & self.actions or ANY in mine.actions))


def _claimed(claim: Statement, language: str) -> list[Act]:
    """What the claim says that somebody does; a bare yes says it of what is asked."""
    bare = claim.text == claim.question
    if bare and claim.reply != "yes":
        return []
    return [act for act in acts(claim.text, language, asked=bare) if not act.denied]


def _one_matter(claim: Statement, sentence: Sentence, language: str) -> bool:
    """Whether both speak of one thing, beside who does it and what is done."""
    spoken = [*claim.said.terms, *claim.context]
    return any(
        best_match(term, spoken) >= _KNOWN
        for term in sentence.said.terms
        if term.concept not in generic() and not is_party(term.text, language) and not actions_in(term.text, language)
    )
