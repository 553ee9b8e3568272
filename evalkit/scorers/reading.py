"""What several scorers see in the turns of one conversation, computed once and only when asked for."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping
from functools import cache, cached_property

from evalkit.language.detection import Language, detect_together, spoken
from evalkit.language.lexicon_data import Side
from evalkit.language.lexicons import Heard, Hit
from evalkit.language.slots import slots_of
from evalkit.model import Conversation
from evalkit.personal_data import PersonalData, find
from evalkit.personal_data.local_names import local_names
from evalkit.policy.sections import PrivacyPolicy
from evalkit.scorers.surroundings import around
from evalkit.scorers.texts import Texts, Told, text_of
from evalkit.text.likeness import Likeness
from evalkit.text.said import Said
from evalkit.text.sentences import split

_VOICES = frozenset({"bot", "human"})
_SEVERAL = 2
_SHORT = 6
"""Turns of fewer words are read in the conversation's own language."""

REFUTED = -2.0
"""Below these odds the other words show that a phrase means something else: anger at the weather."""


def _place(hit: Hit) -> tuple[int, int]:
    return hit.start, hit.end


class Reading:
    """The shared analysis of one conversation's turns."""

    def __init__(self, conversation: Conversation) -> None:
        self.conversation = conversation
        told = [(i, turn.role) for i, turn in enumerate(conversation.turns) if turn.kind != "event"]
        self.bot_turns = tuple([i for i, role in told if role == "bot"])
        """Indices of the bot's turns that hold text for the customer."""
        self.voice_turns = tuple([i for i, role in told if role in _VOICES])
        """Indices of the turns in which the organisation speaks, bot or person."""
        self.answer_turns = self.bot_turns if conversation.handled_by == "ai" else self.voice_turns
        """Indices of the turns that are judged as answers: the bot's, and people's where people handled it all."""
        self.customer_turns = tuple([i for i, turn in enumerate(conversation.turns) if turn.role == "customer"])
        """Indices of the customer's turns."""
        self._texts = Texts(conversation.turns)
        # Nothing here points back at the reading, so that it goes with the conversation, not with the next collection.
        self.likeness = Likeness(self._texts.trigrams)
        self._languages: dict[int, str | None] = {}
        self._heard: dict[int, Heard] = {}
        self._plain: dict[int, Mapping[str, tuple[Hit, ...]]] = {}
        self._around: dict[int, tuple[str, ...]] = {}
        self._odds: dict[int, Mapping[str, float]] = {}
        self._data: dict[tuple[int, bool], tuple[PersonalData, ...]] = {}

    def customer_before(self, turn: int) -> int | None:
        """The index of the customer's nearest turn before this one."""
        earlier = bisect_left(self.customer_turns, turn)
        return self.customer_turns[earlier - 1] if earlier else None

    def question_before(self, turn: int) -> str:
        """What the customer wrote last before a turn, empty where it had not written yet."""
        asked = self.customer_before(turn)
        return "" if asked is None else self.conversation.turns[asked].text

    def guess(self, turn: int) -> Language:
        """The language of one turn."""
        return self._texts[turn].guess

    @cached_property
    def customer_language(self) -> str | None:
        """The language that the customer writes, from all its turns together, else the conversation's own."""
        told = detect_together([self.of(i, spoken) for i in self.customer_turns])
        return told.code or self.conversation.language

    def language_of(self, turn: int) -> str | None:
        """The language to read a turn in: its own where it can be told, else the conversation's."""
        if turn not in self._languages:
            self._languages[turn] = self._language_of(turn)
        return self._languages[turn]

    def _language_of(self, turn: int) -> str | None:
        known = self.conversation.language
        short = len(self.words(turn)) < _SHORT
        if known is not None and short:
            return known
        guess = self.guess(turn)
        if known is not None and known in guess.candidates:
            return known
        if short:
            # A few words tell less than all that the customer writes.
            return self.customer_language if self.customer_language in {*guess.candidates, None} else guess.code
        return guess.code or known or self.customer_language

    def said(self, turn: int) -> Said:
        """The text of one turn, read once."""
        return self._texts[turn].said

    def words(self, turn: int) -> list[str]:
        """The case-folded words of one turn."""
        return self._texts[turn].words

    def of(self, turn: int, ask: Callable[[Said], Told]) -> Told:
        """What a pure function says of the text of one turn, asked once for each text."""
        return self._texts[turn].of(ask)

    def read(self, turn: int, ask: Callable[[Said, str], Told]) -> Told:
        """What a pure function says of the text of one turn in its language."""
        return self._texts[turn].read(ask, self.language_of(turn) or "")

    def slots(self, turn: int) -> tuple[str, ...]:
        """The pieces of information that one turn asks for."""
        return self._texts[turn].of(slots_of)

    def hits(self, turn: int) -> tuple[Hit, ...]:
        """The lexicon phrases of one turn, on its speaker's side."""
        return self.heard(turn).hits

    def heard(self, turn: int) -> Heard:
        """The lexicon phrases and word classes of one turn, on its speaker's side."""
        found = self._heard.get(turn)
        if found is None:
            found = self._heard[turn] = self._texts[turn].heard(self._read_in(turn), self._side(turn))
        return found

    def _read_in(self, turn: int) -> str | None:
        language = self.language_of(turn)
        # Who writes one Norwegian mixes in the other, and what is read as Nynorsk is read as Bokmål too.
        return "nn" if language == "nb" else language

    def plain(self, turn: int) -> Mapping[str, tuple[Hit, ...]]:
        """The phrases of a turn that are neither weak nor negated, by category."""
        found = self._plain.get(turn)
        if found is None:
            found = self._plain[turn] = self.heard(turn).plain
        return found

    def says(self, turn: int, *categories: str) -> bool:
        """Whether a turn holds a phrase of these categories that is neither weak nor negated."""
        plain = self._plain.get(turn)
        if plain is None:
            plain = self.plain(turn)
        return bool(plain) and not plain.keys().isdisjoint(categories)

    def signals(self, turn: int, *categories: str) -> tuple[Hit, ...]:
        """The phrases of these categories in a turn that are neither weak nor negated."""
        plain = self.plain(turn)
        if not plain:
            return ()
        found = [hits for category in categories if (hits := plain.get(category))]
        if len(found) < 2:
            return found[0] if found else ()
        return tuple(sorted((hit for hits in found for hit in hits), key=_place))

    def odds(self, turn: int) -> Mapping[str, float]:
        """How much a turn's words, and what stands around it, speak for each decision of its side; above 0 for yes.

        Of a customer: ask_for_human, anger_frustration, thanks_satisfaction, not_resolved, confirms_resolved,
        repeat_self; of a bot: handoff_announcement, human_claim, ai_disclosure, dead_end.
        """
        found = self._odds.get(turn)
        if found is None:
            told = self._texts[turn].odds(self._read_in(turn), self._side(turn), self.around(turn))
            found = self._odds[turn] = told
        return found

    def around(self, turn: int) -> tuple[str, ...]:
        """What stands around a turn, by name."""
        found = self._around.get(turn)
        if found is None:
            found = self._around[turn] = around(self, turn)
        return found

    def _side(self, turn: int) -> Side:
        return "customer" if self.conversation.turns[turn].role == "customer" else "bot"

    def refutes(self, turn: int, decision: str) -> bool:
        """Whether all of a turn shows that a phrase in it means something else."""
        return self.odds(turn).get(decision, 0.0) <= REFUTED

    def means(self, turn: int, decision: str, *categories: str) -> bool:
        """Whether a turn says something: by a phrase that its other words do not refute, or by all of them together."""
        if self.speaks_for(turn, decision):
            return True
        return self.says(turn, *categories) and (
            not self.refutes(turn, decision) or self._by_itself(turn, decision, categories)
        )

    def _by_itself(self, turn: int, decision: str, categories: tuple[str, ...]) -> bool:
        """Whether a sentence says something for itself: mock praise before it refutes nothing."""
        text, language = self.conversation.turns[turn].text, self.language_of(turn)
        sentences = split(text)
        if len(sentences) < _SEVERAL:
            return False
        side = self._side(turn)
        said = [
            text_of(s.text)
            for s in sentences
            for hit in self.signals(turn, *categories)
            if s.start <= hit.start < s.end
        ]
        return any(one.odds(language, side).get(decision, 0.0) > REFUTED / 2 for one in said)

    def speaks_for(self, turn: int, decision: str) -> bool:
        """Whether more speaks for a decision of a turn than against it."""
        return self.odds(turn).get(decision, 0.0) > 0

    def personal_data(
        self, turn: int, markets: tuple[str, ...], own: PrivacyPolicy | None = None
    ) -> tuple[PersonalData, ...]:
        """The personal data in one turn, and what a policy adds: own number patterns, a local model of names."""
        adds = own is not None and bool(own.number_patterns or own.name_model)
        if (turn, adds) not in self._data:
            at = self.conversation.turns[turn].at or self.conversation.started_at
            day = at.date() if at is not None else None
            patterns, model = (own.number_patterns, own.name_model) if own is not None and adds else (None, None)
            self._data[turn, adds] = tuple(
                find(
                    self.conversation.turns[turn].text,
                    self.conversation.language,
                    markets,
                    on=day,
                    patterns=patterns,
                    names_by=_model(model) if model else None,
                )
            )
        return self._data[turn, adds]


@cache
def _model(folder: str) -> Callable[[str], list[PersonalData]]:
    return local_names(folder)
