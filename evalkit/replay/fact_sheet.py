"""A customer with a fact sheet: deterministic, without a language model.

It hears what the bot asks, answers from its sheet in its own words, says what it does not know, loses patience with a
bot that repeats itself, and tells at the end whether it was helped. Every turn carries the reason why it was said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from evalkit.language.asks import Asks, asks
from evalkit.language.lexicons import scan
from evalkit.model import Case, Turn, content_hash
from evalkit.replay.calls import facts_of
from evalkit.replay.customers import Heard, Stop, Utterance
from evalkit.replay.lines import holds, offered, spoken
from evalkit.replay.wording import Wording
from evalkit.text.normalise import comparable
from evalkit.text.tokens import text_ngrams, words

_IMPATIENT = frozenset({"angry", "rushed"})
_MOST_REQUESTS = 2
"""How often a customer asks for a person before it leaves."""
_NO_ANSWER = frozenset({"bot_fallback", "deflection", "handoff_unavailable"})
_SUBSTANCE, _PRELUDE = 4, 12
"""Words that a reply needs before it can be an answer; one that greets or presents itself needs more."""
_PRESENTING = frozenset({"greeting", "ai_disclosure", "offer_help"})


@dataclass(slots=True)
class _State:
    told: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    replies: list[str] = field(default_factory=list)
    irritation: int = 0
    n_requests: int = 0
    n_said: int = 0
    satisfied: bool = False
    closing: bool = False
    verdict_given: bool = False


class FactSheetCustomer:
    """Plays one case's fact sheet; the same seed, case and trial always say the same."""

    def __init__(self, case: Case, *, seed: int = 0, trial: int = 0) -> None:
        self._sheet = case.customer
        self._language = case.language
        self._facts = facts_of(case)
        chance = Random(content_hash("customer", seed, case.id, trial))
        self._wording = Wording(case.language, chance, case.customer.mood)
        self._chance = chance
        self._patience = max(1, case.customer.patience - (case.customer.mood in _IMPATIENT))
        self._state = _State()

    async def next(self, heard: Heard, history: Sequence[Turn]) -> Utterance | Stop:
        """The answer to what was heard, or why the customer stops."""
        state = self._state
        if state.n_said >= self._sheet.max_turns:
            return Stop("the most turns of the sheet", "max_turns")
        if state.n_said == 0:
            return self._says(*self._opening())
        if heard.handed_over:
            return Stop("a person has the conversation")
        asked = asks(heard.text, self._language, offered(heard))
        if state.closing:
            return self._after_closing(asked)
        self._weigh(heard, asked)
        if state.irritation >= self._patience:
            return self._ask_for_person()
        text, reason = self._answer(asked, heard)
        return self._says(text, reason)

    def _after_closing(self, asked: Asks) -> Utterance | Stop:
        state = self._state
        if asked.kind != "resolved" or state.verdict_given:
            return Stop("said good-bye")
        state.verdict_given = True
        what = "resolved" if state.satisfied else "unresolved"
        return self._says(self._wording.say(what, self._errand), f"asked whether it helped: {what}")

    @property
    def _errand(self) -> str:
        lines = self._sheet.lines
        return self._facts.get("wish") or self._sheet.goal or (lines[0].text if lines else "")

    def _opening(self) -> tuple[str, str]:
        sheet = self._sheet
        if sheet.openings:
            return self._wording.in_mood(self._chance.choice(sheet.openings)), "line 0"
        if sheet.lines:
            return spoken(sheet.lines[0], 0).text, "line 0"
        return self._wording.in_mood(self._errand), "opening: the wish of the sheet"

    def _says(self, text: str, reason: str) -> Utterance:
        self._state.n_said += 1
        return Utterance(Turn(role="customer", text=text, reason=reason))

    def _weigh(self, heard: Heard, asked: Asks) -> None:
        """What the reply does to patience and to the need."""
        state = self._state
        said = comparable(heard.text)
        signals = {hit.category for hit in scan(heard.text, self._language, "bot") if not hit.negated}
        if said in state.replies or "bot_fallback" in signals or not said:
            state.irritation += 1
        state.replies.append(said)
        when = self._sheet.satisfied_when
        if when is not None:
            state.satisfied = state.satisfied or holds(when, heard, self._language)
        elif not signals & _NO_ANSWER and asked.kind in {None, "more", "resolved"}:
            least = _PRELUDE if signals & _PRESENTING else _SUBSTANCE
            state.satisfied = state.satisfied or len(words(said)) >= least

    def _ask_for_person(self) -> Utterance | Stop:
        state = self._state
        if state.n_requests >= _MOST_REQUESTS:
            state.closing = True
            return self._says(self._wording.say("gives_up"), "gives up: asked for a person in vain")
        state.n_requests += 1
        what = "human" if state.n_requests == 1 else "human_again"
        return self._says(self._wording.say(what), f"patience ended: asks for a person ({state.n_requests})")

    def _answer(self, asked: Asks, heard: Heard) -> tuple[str, str]:
        if asked.slots:
            parts = list(self._details(asked))
            if asked.kind == "confirm":
                parts.append(self._yes_or_no(asked))
            return " ".join(text for text, _ in parts), "; ".join(reason for _, reason in parts)
        if asked.kind == "confirm":
            return self._yes_or_no(asked)
        if asked.kind == "choice":
            return self._choice(asked)
        if asked.kind in {"more", "resolved"} or asked.kind is None:
            return self._close(asked)
        return self._wording.say("lost", self._errand), "asked something that the sheet does not foresee"

    def _details(self, asked: Asks) -> Iterator[tuple[str, str]]:
        state = self._state
        again = [slot for slot in asked.slots if slot in state.told | state.unknown]
        state.irritation += bool(again)
        for slot in asked.slots:
            value = self._facts.get(slot) if slot != "wish" else self._errand
            if not value or slot in self._sheet.unknown:
                state.unknown.add(slot)
                yield self._wording.say("unknown"), f"does not know {slot}"
            elif slot in state.told:
                yield self._wording.again(value, state.irritation), f"asked for {slot} again ({state.irritation})"
            else:
                state.told.add(slot)
                yield self._wording.give(slot, value), f"asked for {slot}"

    def _yes_or_no(self, asked: Asks) -> tuple[str, str]:
        question = comparable(asked.text)
        for slot in asked.named:
            value = self._facts.get(slot)
            digits = {word for word in words(question) if any(c.isdigit() for c in word)}
            if value and digits and comparable(value) not in question and not digits <= set(words(value)):
                self._state.told.add(slot)
                return self._wording.say("correct", value), f"corrects {slot}"
        refused = next((word for word in self._sheet.refuses if comparable(word) in question), None)
        what, why = ("no", f"refuses '{refused}'") if refused else ("yes", "nothing on the sheet speaks against it")
        if len(asked.options) == 2:
            return asked.options[what == "no"], f"presses {what}: {why}"
        return self._wording.say(what), f"{what}: {why}"

    def _choice(self, asked: Asks) -> tuple[str, str]:
        for wanted in self._sheet.prefers:
            if found := next((o for o in asked.options if comparable(wanted) in comparable(o)), None):
                return found, f"chose what the sheet prefers: '{wanted}'"
        wish = text_ngrams(f"{self._errand} {' '.join(self._facts.values())}")
        best = max(asked.options, key=lambda option: len(wish & text_ngrams(option)) / (len(text_ngrams(option)) or 1))
        if wish & text_ngrams(best):
            return best, "chose the option nearest to the wish"
        return self._chance.choice(asked.options), "chose by chance: no option is near the sheet"

    def _close(self, asked: Asks) -> tuple[str, str]:
        state = self._state
        if state.satisfied:
            state.closing = True
            state.verdict_given = asked.kind == "resolved"
            what = {"more": "nothing_more", "resolved": "resolved"}.get(asked.kind or "", "thanks")
            return self._wording.say(what), "the need is met"
        state.irritation += 1
        if asked.kind in {"more", "resolved"}:
            what = "more" if asked.kind == "more" else "unresolved"
            return self._wording.say(what, self._errand), "the need is not met"
        return self._wording.again(self._errand, state.irritation), "no answer to the errand"
