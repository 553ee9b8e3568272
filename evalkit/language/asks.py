"""What a bot's message asks of the customer: details, yes or no, a choice, whether that was all, or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

from evalkit.language.ask_frames import Frames, Shape, asked_by, clause_heads
from evalkit.language.lexicon_data import negations, phrases
from evalkit.language.phrase_table import Found, PhraseTable
from evalkit.language.slots import slot_words
from evalkit.text.data_files import yaml_data
from evalkit.text.normalise import clean, comparable
from evalkit.text.sentences import split
from evalkit.text.tokens import tokens, words

Kind = Literal["slots", "choice", "confirm", "more", "resolved", "open"]

_ITEM = re.compile(r"^[ \t]*(?:\d{1,2}[.)]|[-•*–])[ \t]+(\S.*?)[ \t]*$", re.MULTILINE)
_BASE = {"nn": "nb"}
_LONGEST_TAG = 3
"""A question of so many words after a statement ("Okay?") asks to confirm the statement."""
_LONGEST_OPTION = 8
_FRAGMENT = 2
_NOUN_PHRASE = 4
"""A detail that is asked for by its noun alone ("your order number, please") stands within so many words."""
_TAG = re.compile(r"[,–-]\s*[^,–-]+\?")
_KINDS: dict[str, Kind] = {"more": "more", "resolved": "resolved", "confirm": "confirm"}


@dataclass(frozen=True, slots=True)
class Asks:
    """What is asked: details by name, and the kind of the last question. `wish` among the slots is the errand itself.

    `text` is the last question, for weighing yes or no; `named` are details that a question checks rather than asks.
    """

    slots: tuple[str, ...] = ()
    kind: Kind | None = None
    options: tuple[str, ...] = ()
    text: str = ""
    named: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.kind is not None


def asks(text: str, language: str | None = None, buttons: Sequence[str] = ()) -> Asks:
    """What a message asks for, read in its language, or in all languages where none is known.

    >>> asks("Tack! Vilket ordernummer gäller det?", "sv").slots
    ('order_number',)
    >>> asks("Would you like a refund or a new item?", "en").options
    ('a refund', 'a new item')
    >>> bool(asks("Your order number is FB-10021.", "en"))
    False
    """
    cleaned = clean(text)
    grammar = _grammar(language if language in _data() else None)
    options = tuple(buttons) or _listed(cleaned, grammar)
    plain = _ITEM.sub("", cleaned) if options else cleaned
    sentences = _whole(plain)
    heard = [asked for sentence in sentences if (asked := grammar.read(sentence)) is not None]
    if not options and heard and heard[-1].kind == "open" and len(sentences) > 1:
        options = grammar.options(sentences[-2])
    heard = [grammar.by_mail(asked, plain) for asked in heard]
    if heard and heard[-1].kind in {"confirm", "open"} and not heard[-1].named and grammar.did_not_follow(plain):
        heard[-1] = Asks(("wish",), "slots", text=heard[-1].text)
    return _together(heard, options, grammar)


def _whole(text: str) -> list[str]:
    """The sentences; a fragment of a word or two ("please") belongs to the one before."""
    found: list[str] = []
    for sentence in split(text):
        if found and len(words(sentence.text)) <= _FRAGMENT and "?" not in sentence.text + found[-1]:
            found[-1] += sentence.text
        else:
            found.append(sentence.text)
    return found


def detail_names() -> tuple[str, ...]:
    """Every detail that can be asked for, the errand (`wish`) among them."""
    return tuple(sorted(_slot_labels()))


def _together(heard: Sequence[Asks], options: tuple[str, ...], grammar: _Grammar) -> Asks:
    if options:
        if grammar.yes_or_no(options):
            return Asks(kind="confirm", options=options, text=heard[-1].text if heard else "")
        asked_more = any(asked.kind == "more" for asked in heard)
        slots = () if not heard else tuple(s for a in heard for s in a.slots if s in _ASKED_BESIDE_OPTIONS)
        kind: Kind = "more" if asked_more and not heard[-1].slots else "choice"
        return Asks(slots, kind, options, heard[-1].text if heard else "")
    if not heard:
        return Asks()
    slots = tuple(dict.fromkeys(slot for asked in heard for slot in asked.slots))
    last = next((a for a in reversed(heard) if a.kind != "open"), heard[-1])
    kind = last.kind or "open"
    if slots and kind == "open":
        kind = "slots"
    return Asks(slots, kind, last.options, last.text, last.named)


_ASKED_BESIDE_OPTIONS = frozenset({"order_number", "email", "phone", "customer_number"})
"""Details that a message may ask for although it shows buttons; other nouns name what the buttons are about."""


class _Grammar:
    """The phrases of one language, or of all."""

    def __init__(self, language: str | None) -> None:
        codes = _codes(language)
        self._table = PhraseTable(_labelled(language, codes))
        self._frames = Frames(codes)
        self._or = _words_of(codes, "or")
        self._stem = _words_of(codes, "stem")
        self._and = _words_of(codes, "and")
        self._number = _words_of(codes, "number")
        self._negation = negations(language)
        self._yes_no = frozenset(comparable(p) for code in codes for c in ("affirm", "deny") for p in phrases(c, code))

    def yes_or_no(self, options: Sequence[str]) -> bool:
        """Whether the options are a yes and a no."""
        return len(options) == 2 and all(
            comparable(o) in self._yes_no or (words(o) and words(o)[0] in self._yes_no) for o in options
        )

    def read(self, sentence: str) -> Asks | None:
        """What one sentence asks for, None where it asks nothing."""
        said = words(sentence)
        found = self._table.find(said)
        shape = self._frames.shape(said)
        question = "?" in sentence
        if question and (tag := shape.ends_with("tag")) and _TAG.search(sentence):
            named = self._slots(said[: tag.first], [hit for hit in found if hit.last < tag.first])
            return Asks(kind="confirm", text=sentence, named=named)
        asked = self._by_phrases(sentence, said, found, shape)
        plain = asked is None or asked.kind in {"open", "confirm"} or self._bare_number(asked, found)
        only_named = question and {hit.label for hit in found}.isdisjoint({"_open", "_asking"})
        if not plain and not only_named:
            return asked
        name = None
        if question or self._told_to_tell(sentence, said, shape):
            name = asked_by(shape, question=question)
            # "Okay, tell me!" asks for everything.
            name = name or ("wish" if any(hit.last == len(said) - 1 for hit in shape.all_of("tell")) else None)
        if name is None or not (plain or name == "confirm"):
            return asked
        if name in _slot_labels():
            return Asks((name,), "slots", text=sentence)
        return Asks(kind=_KINDS[name], text=sentence, named=() if asked is None else asked.named)

    def _by_phrases(self, sentence: str, said: Sequence[str], found: Sequence[Found], shape: Shape) -> Asks | None:
        labels = {hit.label for hit in found}
        question = "?" in sentence
        if not question and (self._denied(said, found) or not self._requests(sentence, said, found, shape)):
            return None
        for kind in ("more", "resolved"):
            if question and kind in labels:
                return Asks(kind=kind, text=sentence)
        slots = self._slots(said, self._unsourced(found, shape))
        if "wish" in slots and "product" not in slots:
            return Asks(("wish",), "slots", text=sentence)
        if question and (options := self.options(sentence)):
            return Asks(kind="choice", options=options, text=sentence)
        if not question:
            return Asks(slots, "slots", text=sentence) if slots else None
        return self._question(sentence, said, labels, slots, self._stance(found, shape))

    def _requests(self, sentence: str, said: Sequence[str], found: Sequence[Found], shape: Shape) -> bool:
        """Whether a sentence without a question mark asks: a request, "if you give me …", or "order number, please"."""
        heads = self._heads(sentence, shape)
        if shape.has("if_you_give") or any(hit.first in heads for hit in shape.all_of("give")):
            return True
        if all(map(shape.has, ("we", "must", "know"))):
            return True
        for hit in shape.all_of("thanks"):
            nouns = [f for f in found if f.label in _slot_labels() and f.last == hit.first - 1]
            if (nouns or (hit.first and said[hit.first - 1] in self._number)) and hit.first <= _NOUN_PHRASE:
                return True
        open_at = {hit.first for hit in found if hit.label == "_open"}
        # A verb in its bare form asks at the head of a clause only: "we will send" and "when it is sent" do not.
        bare = {hit.first for hit in shape.all_of("bare_verb")} - heads
        return any(hit.label == "_asking" and hit.first not in open_at | bare for hit in found)

    def _unsourced(self, found: Sequence[Found], shape: Shape) -> Sequence[Found]:
        """The phrases without a detail that only says where another one stands ("the number from the e-mail")."""
        nouns = [hit for hit in found if hit.label in _slot_labels()]
        places = {hit.last + step for hit in shape.all_of("source") for step in (1, 2)}
        told = {hit for hit in nouns[1:] if hit.first in places and nouns[0].label != hit.label}
        return [hit for hit in found if hit not in told]

    def _told_to_tell(self, sentence: str, said: Sequence[str], shape: Shape) -> bool:
        """Whether a sentence without a question mark says "tell me" at the head of a clause, and not "never tell"."""
        heads = self._heads(sentence, shape) | {1}
        told = [hit for name in ("tell", "trying") for hit in shape.all_of(name) if hit.first in heads]
        return any(not any(map(self._negates, said[: hit.last + 2])) for hit in told)

    def _heads(self, sentence: str, shape: Shape) -> set[int]:
        """Where a request may begin: a clause, or what follows "please", "and", "just"."""
        return clause_heads(sentence) | {hit.last + 1 for name in ("lead", "thanks") for hit in shape.all_of(name)}

    def _stance(self, found: Sequence[Found], shape: Shape) -> Literal["given", "changed", "placed"] | None:
        """What a question does with the details that it names: have them given ("may I take your name?"), change them,
        or say where something is ("the app on your phone")."""
        nouns = [hit.first for hit in found if hit.label in _slot_labels()]
        for may in shape.all_of("may"):
            if shape.has("change"):
                return "changed"
            if any(shape.within("get", may.last + 1, noun - 1) for noun in nouns):
                return "given"
        places = {hit.last + step for hit in shape.all_of("at_place") for step in (1, 2)}
        return "placed" if nouns and places.issuperset(nouns) else None

    def _bare_number(self, asked: Asks | None, found: Sequence[Found]) -> bool:
        """Whether a number is asked for whose noun is not said."""
        return asked is not None and asked.slots == ("order_number",) and all(f.label != "order_number" for f in found)

    def by_mail(self, asked: Asks, message: str) -> Asks:
        """What is asked, an address to which the message says that it mails being an e-mail address."""
        if "address" not in asked.slots or "email" in asked.slots:
            return asked
        shape = self._frames.shape(words(message))
        if not shape.has("mailing") or shape.has("parcel"):
            return asked
        return replace(asked, slots=tuple("email" if slot == "address" else slot for slot in asked.slots))

    def did_not_follow(self, text: str) -> bool:
        """Whether the bot says that it did not understand."""
        return any(hit.label == "_fallback" for hit in self._table.find(words(text)))

    def _denied(self, said: Sequence[str], found: Sequence[Found]) -> bool:
        # The "no" of an order no. denies nothing.
        named = {n for hit in found if hit.label in _slot_labels() for n in range(hit.first, hit.last + 1)}
        return any(n not in named and self._negates(word) for n, word in enumerate(said))

    def _negates(self, word: str) -> bool:
        return word in self._negation or word.endswith("n't")

    def _slots(self, said: Sequence[str], found: Sequence[Found]) -> tuple[str, ...]:
        named = [hit for hit in found if hit.label in _slot_labels()]
        slots = dict.fromkeys(hit.label for hit in named)
        if {"email", "address"} <= set(slots):
            # "Which address shall I mail it to?" asks for one thing, "address and e-mail" for two.
            ends = sorted(hit.first for hit in named if hit.label in {"email", "address"})
            if self._and.isdisjoint(said[ends[0] : ends[-1]]):
                del slots["address"]
        if not slots and not self._number.isdisjoint(said):
            slots["order_number"] = None
        return tuple(slots)

    def _question(
        self, sentence: str, said: Sequence[str], labels: set[str], slots: tuple[str, ...], stance: str | None
    ) -> Asks:
        requested = stance != "changed" and ("_asking" in labels or stance == "given")
        opened = "_open" in labels
        checked = "_confirming" in labels or stance in {"changed", "placed"}
        if checked and not opened and not (requested and slots):
            return Asks(kind="confirm", text=sentence, named=slots)
        if slots:
            return Asks(slots, "slots", text=sentence)
        if opened and len(said) > _LONGEST_TAG:
            return Asks(kind="open", text=sentence)
        return Asks(kind="confirm" if not opened else "open", text=sentence)

    def options(self, sentence: str) -> tuple[str, ...]:
        """What a sentence offers to choose from ("A, B or C"), empty where it asks for details instead."""
        places = tokens(sentence)
        said = [place.text.casefold() for place in places]
        found = self._table.find(said)
        between = next(self._frames.shape(said).all_of("between"), None)
        joining = self._or if between is None else self._and | self._or
        first = 0 if between is None else between.last + 1
        at = next((n for n, word in enumerate(said) if word in joining and first < n < len(said) - 1), None)
        if at is None:
            return ()
        named = [hit for hit in found if hit.label in _slot_labels()]
        requests = any(hit.label == "_asking" for hit in found)
        if requests and any(hit.last < at for hit in named) and any(hit.first > at for hit in named):
            return ()
        start, end = first, len(said)
        while between is not None and end > at + 2 and said[end - 1] in self._stem:
            end -= 1
        opening = {n for hit in found if hit.label == "_open" for n in range(hit.first, hit.last + 1)}
        while start < at - 1 and (said[start] in self._stem or start in opening):
            start += 1
        left = sentence[places[start].start : places[at - 1].end]
        right = sentence[places[at + 1].start : places[end - 1].end].rstrip(" ?!.")
        options = [part.strip() for part in [*left.split(","), right] if part.strip()]
        return tuple(options) if all(len(o.split()) <= _LONGEST_OPTION for o in options) else ()


def _listed(text: str, grammar: _Grammar) -> tuple[str, ...]:
    """The items of a list that the message offers to choose from: it asks for a choice before or after them."""
    items = tuple(found.group(1) for found in _ITEM.finditer(text))
    if len(items) < 2:
        return ()
    around = _ITEM.sub("", text)
    lead = around.strip()
    asked = any(grammar.read(sentence.text) is not None or "?" in sentence.text for sentence in split(around))
    return items if asked or (lead.endswith(":") and grammar.read(f"{lead}?") is not None) else ()


def _codes(language: str | None) -> tuple[str, ...]:
    if language is None:
        return tuple(_data())
    return (language, _BASE[language]) if language in _BASE else (language,)


def _labelled(language: str | None, codes: Iterable[str]) -> Iterator[tuple[str, str]]:
    for code in codes:
        yield from slot_words(code)
        mine = _data()[code]
        for slot, listed in mine["slots"].items():
            yield from ((slot, phrase) for phrase in listed)
        yield from (("_asking", phrase) for phrase in mine["asking"])
        yield from (("_open", phrase) for phrase in mine["interrogative"])
        yield from (("_confirming", phrase) for phrase in mine["confirming"])
        for phrase in phrases("bot_fallback", code):
            yield "_fallback", phrase
        for kind, category in (("more", None), ("resolved", "resolution_check"), ("wish", "offer_help")):
            own = mine["slots"].get(kind, ()) if kind == "wish" else mine[kind]
            yield from ((kind, phrase) for phrase in (*own, *(phrases(category, code) if category else ())))


def _words_of(codes: Iterable[str], part: str) -> frozenset[str]:
    return frozenset(word for code in codes for word in _data()[code][part])


@cache
def _slot_labels() -> frozenset[str]:
    return frozenset(name for code in _data() for name, _ in _labelled(None, (code,)) if not name.startswith("_")) - {
        "more",
        "resolved",
    }


@cache
def _grammar(language: str | None) -> _Grammar:
    return _Grammar(language)


def _data() -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = yaml_data("evalkit.language", "data/asks.yaml")
    return loaded
