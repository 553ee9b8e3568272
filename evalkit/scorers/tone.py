"""`tone`: how far the bot's words stand from the brand's voice, dimension by dimension, with the words that show it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import msgspec

from evalkit.errors import PolicyError, near_match
from evalkit.language.formality import address_of
from evalkit.language.valence import valence
from evalkit.model import Case, Conversation, Finding, Score, Severity
from evalkit.policy.sections import TonePolicy
from evalkit.scorers.door import Context, Scope, skipped
from evalkit.text.data_files import yaml_data
from evalkit.text.emoji import emojis
from evalkit.text.normalise import comparable
from evalkit.text.readability import FEWEST, lix_of, measured, most_words

_SERIOUS = ("legal_threat", "vulnerable", "self_harm_crisis", "fraud_security", "complaint")
_UPSET = ("anger_frustration", "not_resolved", "repeat_self", *_SERIOUS)
_DANISH = frozenset(
    "hvad af mig dig jer jeres noget meget blevet nogen kunne uge kvittering adgangskode hvornår".split()
)
_LEAKS = 2
_HIGH_SPIRITS = 2.0
_NAME = re.compile(r"[ ,]+([^\W\d_][\w'’-]+)(?=[,!.:\n]| [-–])")


@dataclass(frozen=True, slots=True)
class _Slip:
    """One departure from the voice: `size` −2 (far too little) … +2 (far too much) on its dimension."""

    dimension: str
    size: int
    rule: str
    message: str
    turn: int | None = None
    start: int | None = None
    end: int | None = None
    severity: Severity = "low"
    exact: bool = False


class Tone(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Fails on the brand's forbidden words, and beyond `fail_distance`; other slips are told and fail nothing."""

    name: ClassVar[str] = "tone"
    version: ClassVar[str] = "1"
    reads: ClassVar[tuple[str, ...]] = ("tone",)
    needs: ClassVar[tuple[str, ...]] = ()
    scope: ClassVar[Scope] = "conversation"

    def score(self, conversation: Conversation, case: Case | None, context: Context) -> Score:
        """`data.distance` in [0, 1] is the mean departure over the dimensions; `data.dimensions` holds −2 … +2 each."""
        spoken = [n for n in context.reading.voice_turns if context.reading.words(n)]
        if not spoken:
            return skipped(self.name, "nothing was said to the customer")
        policy = context.policy.tone
        voice = _voice(policy)
        slips = list(_slips(conversation, context, policy, voice, spoken))
        dimensions = dict.fromkeys(DIMENSIONS, 0)
        for slip in slips:
            if abs(slip.size) > abs(dimensions[slip.dimension]):
                dimensions[slip.dimension] = slip.size
        distance = sum(abs(size) for size in dimensions.values()) / (2 * len(dimensions))
        too_far = policy.fail_distance is not None and distance > policy.fail_distance
        forbidden = any(slip.exact for slip in slips)
        serious = any(abs(slip.size) == 2 for slip in slips)
        return Score(
            scorer=self.name,
            verdict="fail" if forbidden or too_far else "unsure" if serious else "pass",
            value=1 - distance,
            findings=tuple(_finding(slip) for slip in slips),
            data={"distance": round(distance, 4), "dimensions": {k: v for k, v in dimensions.items() if v}},
        )


DIMENSIONS = (
    "formality", "warmth", "apology", "blame", "clarity", "jargon", "confidence", "length", "greeting", "emoji",
    "exclamation", "promises", "register", "consistency", "words",
)  # fmt: skip


def _finding(slip: _Slip) -> Finding:
    return Finding(
        rule=f"tone.{slip.rule}",
        severity=slip.severity,
        message=slip.message,
        turn=slip.turn,
        start=slip.start,
        end=slip.end,
        confidence="exact" if slip.exact else "heuristic",
        data={"dimension": slip.dimension, "size": slip.size},
    )


def _slips(
    talk: Conversation, context: Context, policy: TonePolicy, voice: Mapping[str, Any], spoken: list[int]
) -> Iterator[_Slip]:
    yield from _formality(talk, context, voice, spoken)
    yield from _phrases(talk, context, policy, voice, spoken)
    yield from _own_words(talk, context, policy, spoken)
    yield from _form(talk, context, policy, voice, spoken)
    yield from _warmth(context, voice, spoken)
    yield from _reading_level(talk, context, policy, voice, spoken)
    yield from _channel(talk, context, voice, spoken)
    yield from _leaking_danish(talk, context, spoken)
    yield from _names(talk, context, voice, spoken)
    yield from _cheer(talk, context, spoken)


def _formality(talk: Conversation, context: Context, voice: Mapping[str, Any], spoken: list[int]) -> Iterator[_Slip]:
    seen: dict[str, tuple[int, int, int]] = {}
    for number in spoken:
        language = context.reading.language_of(number) or ""
        found = context.reading.read(number, address_of)
        for start, end, form in found.spans:
            seen.setdefault(form, (number, start, end))
        wanted = voice["pronoun"]
        if isinstance(wanted, dict):
            wanted = wanted.get(language, "any")
        if found.form in {None, "mixed"} or wanted == "any" or found.form == wanted:
            continue
        start, end, _ = found.spans[0]
        size = 2 if found.form == "formal" else -2
        said = f"the brand addresses customers {'formally' if wanted == 'formal' else 'informally'}"
        yield _Slip("formality", size, "pronoun", said, number, start, end, "medium")
    if len(seen) > 1:
        number, start, end = seen["formal"]
        yield _Slip(
            "consistency", 2, "mixed_pronouns", "formal and informal address are mixed", number, start, end, "medium"
        )


_SLIPS: dict[str, tuple[str, str, str, Severity]] = {
    "blame_customer": ("blame", "blame", "puts the blame on the customer", "medium"),
    "overpromise": ("promises", "overpromise", "promises what may not hold", "low"),
    "profanity": ("register", "profanity", "swears", "high"),
}


_TELLING = frozenset({*_SLIPS, "jargon", "hedging", "apology"})


def _phrases(
    talk: Conversation, context: Context, policy: TonePolicy, voice: Mapping[str, Any], spoken: list[int]
) -> Iterator[_Slip]:
    reading = context.reading
    apologies = 0
    for number in spoken:
        hits = [hit for hit in reading.hits(number) if hit.category in _TELLING and not hit.negated]
        if not hits:
            continue
        for hit in hits:
            if hit.category in _SLIPS:
                dimension, rule, message, severity = _SLIPS[hit.category]
                yield _Slip(dimension, 2, rule, message, number, hit.start, hit.end, severity)
        for category, dimension, most in (
            ("jargon", "jargon", voice["jargon_max"]),
            ("hedging", "confidence", voice["hedging_max"]),
        ):
            mine = [h for h in hits if h.category == category]
            if len(mine) > most:
                size = 2 if len(mine) > most + 1 else 1
                message = f"{len(mine)} words of {category}, the brand takes {most}"
                yield _Slip(dimension, size, category, message, number, mine[-1].start, mine[-1].end)
        mine = [h for h in hits if h.category == "apology"]
        apologies += bool(mine)
        most = policy.apology_max if policy.apology_max is not None else voice["apology_max"]
        if len(mine) > 1 or (mine and apologies > most):
            size = 2 if apologies > most + 1 else 1
            yield _Slip("apology", size, "apology", "apologises too often", number, mine[0].start, mine[0].end)


def _own_words(talk: Conversation, context: Context, policy: TonePolicy, spoken: list[int]) -> Iterator[_Slip]:
    for number in spoken if policy.dont else ():
        text = comparable(talk.turns[number].text)
        language = context.reading.language_of(number) or ""
        for word in (*policy.dont.get(language, ()), *policy.dont.get("*", ())):
            if (at := _whole(comparable(word), text)) is not None:
                message = "a phrase that the brand forbids"
                yield _Slip("words", 2, "forbidden", message, number, at, at + len(word), "medium", True)
    for language, wanted in policy.do.items():
        said = [comparable(talk.turns[n].text) for n in spoken if language in {"*", context.reading.language_of(n)}]
        if said and not any(_whole(comparable(word), text) is not None for word in wanted for text in said):
            yield _Slip("words", -1, "missing", "none of the brand's own phrases is used", spoken[-1])


def _whole(word: str, text: str) -> int | None:
    at = text.find(word)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(word) : at + len(word) + 1]
        if not before.isalnum() and not after.isalnum():
            return at
        at = text.find(word, at + 1)
    return None


def _form(
    talk: Conversation, context: Context, policy: TonePolicy, voice: Mapping[str, Any], spoken: list[int]
) -> Iterator[_Slip]:
    reading = context.reading
    most_emoji = policy.emoji_max if policy.emoji_max is not None else voice["emoji_max"]
    most_marks = policy.exclaim_max if policy.exclaim_max is not None else voice["exclaim_max"]
    low, high = policy.words_per_turn.get(talk.channel) or voice["words_per_turn"].get(talk.channel, (1, 10_000))
    n_emoji = 0
    for number in spoken:
        text = talk.turns[number].text
        found = emojis(text)
        n_emoji += len(found)
        before = reading.customer_before(number)
        upset = before is not None and reading.says(before, *_UPSET)
        serious = before is not None and reading.says(before, *_SERIOUS)
        if found and upset:
            start, end = found[0]
            message = "an emoji to a customer who is upset"
            yield _Slip("register", 2, "emoji_when_upset", message, number, start, end, "medium")
        elif len(found) > most_emoji:
            start, end = found[-1]
            size = 2 if len(found) > most_emoji + 1 else 1
            yield _Slip("emoji", size, "emoji", f"{len(found)} emoji, the brand takes {most_emoji}", number, start, end)
        marks = text.count("!")
        if marks and serious:
            at = text.index("!")
            message = "an exclamation mark on a serious matter"
            yield _Slip("register", 1, "exclaim_when_serious", message, number, at, at + 1)
        elif marks > most_marks:
            at = text.rindex("!")
            size = 2 if marks > most_marks + 1 else 1
            message = f"{marks} exclamation marks, the brand takes {most_marks}"
            yield _Slip("exclamation", size, "exclamation", message, number, at, at + 1)
        n_words = len(reading.words(number))
        if n_words > high:
            size = 2 if n_words > 1.5 * high else 1
            yield _Slip("length", size, "long", f"{n_words} words, at most {high} in {talk.channel}", number)
        elif n_words < low and number != spoken[0]:
            yield _Slip("length", -1, "short", f"{n_words} words, at least {low} in {talk.channel}", number)
        asked = text.count("?")
        if asked > voice["questions_max"]:
            message = f"{asked} questions at once, the brand asks {voice['questions_max']}"
            yield _Slip("clarity", 1, "questions", message, number)
    if n_emoji < voice.get("emoji_min_per_conversation", 0) and not any(
        reading.says(n, *_UPSET) for n in reading.customer_turns
    ):
        yield _Slip("emoji", -1, "no_emoji", "the brand's voice carries an emoji", spoken[-1])


def _warmth(context: Context, voice: Mapping[str, Any], spoken: list[int]) -> Iterator[_Slip]:
    if voice["empathy"] != "when_upset":
        return
    reading = context.reading
    for number in reading.customer_turns:
        if not reading.says(number, "anger_frustration", "vulnerable", "complaint", "self_harm_crisis"):
            continue
        answer = next((n for n in spoken if n > number), None)
        if answer is not None and not any(h.category in {"empathy", "apology"} for h in reading.hits(answer)):
            yield _Slip(
                "warmth", -2, "no_empathy", "a customer who is upset gets no word of empathy", answer, severity="medium"
            )
        return


def _reading_level(
    talk: Conversation, context: Context, policy: TonePolicy, voice: Mapping[str, Any], spoken: list[int]
) -> Iterator[_Slip]:
    reading = context.reading
    if sum([reading.of(n, most_words) for n in spoken]) < FEWEST:
        return
    language = reading.language_of(spoken[-1]) or ""
    limit = policy.lix_baseline.get(language) or voice["lix"].get(language)
    if limit is None:
        return
    level = lix_of([reading.of(n, measured) for n in spoken])
    if level is not None and level > limit:
        size = 2 if level > limit + 10 else 1
        yield _Slip("clarity", size, "readability", f"LIX {level:.0f}, the brand reads at {limit:.0f} or below")


def _channel(talk: Conversation, context: Context, voice: Mapping[str, Any], spoken: list[int]) -> Iterator[_Slip]:
    reading = context.reading
    if talk.channel in voice["greeting"] and not any(h.category == "greeting" for h in reading.hits(spoken[0])):
        yield _Slip("greeting", -1, "no_greeting", f"no greeting in {talk.channel}", spoken[0])
    if talk.channel in voice["closing"] and not any(h.category == "closing" for h in reading.hits(spoken[-1])):
        yield _Slip("greeting", -1, "no_closing", f"no closing in {talk.channel}", spoken[-1])
    greeted = [n for n in spoken[1:] if any(h.category == "greeting" and h.start < 3 for h in reading.hits(n))]
    if len(greeted) >= 2:
        yield _Slip("greeting", 1, "greets_again", "greets again and again", greeted[1])


def _leaking_danish(talk: Conversation, context: Context, spoken: list[int]) -> Iterator[_Slip]:
    # A turn that leaks may well be taken for Danish, so the customer's language decides.
    if (talk.language or context.reading.customer_language) not in {"nb", "nn"}:
        return
    for number in spoken:
        if context.reading.guess(number).code not in {"en", "de", "fi", "sv"}:
            leaked = [word for word in context.reading.words(number) if word in _DANISH]
            if len(leaked) >= _LEAKS:
                yield _Slip("consistency", 1, "danish", f"Danish in Norwegian: {len(leaked)} words", number)


def _names(talk: Conversation, context: Context, voice: Mapping[str, Any], spoken: list[int]) -> Iterator[_Slip]:
    """The customer's name, as a greeting tells it, once or twice is warm; in every turn it is a sales pitch."""
    name: str | None = None
    turns: list[int] = []
    for number in spoken:
        text = talk.turns[number].text
        greeted = next((h for h in context.reading.hits(number) if h.category == "greeting"), None)
        if name is None and greeted is not None and (found := _NAME.match(text[greeted.end :])):
            name = found[1]
        if name is not None and name in text:
            turns.append(number)
    if len(turns) > voice["names_max"]:
        size = 2 if len(turns) > voice["names_max"] + 2 else 1
        message = f"uses the customer's name in {len(turns)} turns, the brand in {voice['names_max']}"
        yield _Slip("warmth", size, "name_use", message, turns[-1])


def _cheer(talk: Conversation, context: Context, spoken: list[int]) -> Iterator[_Slip]:
    """High spirits in the answer to a complaint, a legal threat, grief, a crisis or fraud."""
    for number in spoken:
        before = context.reading.customer_before(number)
        if before is None or not context.reading.says(before, *_SERIOUS):
            continue
        language = context.reading.language_of(number) or ""
        kind = any(h.category in {"empathy", "apology"} for h in context.reading.hits(number))
        if not kind and valence(talk.turns[number].text, language) >= _HIGH_SPIRITS:
            message = "a cheerful answer on a serious matter"
            yield _Slip("register", 2, "cheerful_when_serious", message, number, severity="medium")


def _voice(policy: TonePolicy) -> dict[str, Any]:
    brands = _brands()
    if policy.brand not in brands:
        raise PolicyError(
            f"unknown brand '{policy.brand}'{near_match(policy.brand, tuple(brands))} (known: {', '.join(brands)})"
        )
    voice = dict(brands[policy.brand])
    if policy.pronoun is not None:
        voice["pronoun"] = policy.pronoun
    return voice


def _brands() -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = yaml_data("evalkit.scorers", "data/brands.yaml")
    return loaded
