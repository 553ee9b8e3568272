"""Who does what in a text: the party that acts, pays or is responsible, beside the action."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from evalkit.text.data_files import word_parts, word_pattern, yaml_data
from evalkit.text.normalise import comparable

ANY = "any"
"""The action of a verb that stands for whichever other is spoken of: we do."""
_NEVER = re.compile(r"(?!)")
_NEAR = 24
_NOUNS = ("customer", "house", "sender", "receiver", "seller", "buyer", "network")
_POLITE = {"da": (re.compile(r"(?<=[a-zæøå,] )I(?=[ ,.?!])"), "i_"), "de": (re.compile(r"(?<!\w)Sie(?!\w)"), "sie_")}
_AGAINST = frozenset(
    map(
        frozenset,
        (
            ("customer", "we"), ("customer", "house"), ("customer", "network"), ("we", "network"), ("we", "receiver"),
            ("sender", "receiver"), ("seller", "buyer"), ("house", "receiver"), ("house", "network"),
        ),
    )
)  # fmt: skip
"""Parties none of which is the other, whoever speaks."""


@dataclass(frozen=True, slots=True)
class Act:
    """A part of a text in which `parties` do something of the kinds that `actions` names; `denied` where not they."""

    parties: frozenset[str]
    actions: frozenset[str]
    denied: bool


def opposed(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two sets of parties are two different doers.

    >>> opposed(frozenset({"customer", "receiver"}), frozenset({"sender"}))
    True
    >>> opposed(frozenset({"customer"}), frozenset({"sender"}))
    False
    """
    return one.isdisjoint(other) and any(frozenset((a, b)) in _AGAINST for a in one for b in other)


@lru_cache(maxsize=20_000)
def acts(text: str, language: str, *, asked: bool = False) -> tuple[Act, ...]:
    """What a text says that somebody does; in a question the organisation is spoken to, and "I" is the customer.

    >>> [(sorted(act.parties), sorted(act.actions)) for act in acts("Returfrakten betalar du själv.", "sv")]
    [(['customer'], ['pay'])]
    >>> [(sorted(act.parties), sorted(act.actions)) for act in acts("The fee is paid by the pupil.", "en")]
    [(['customer'], ['pay'])]
    """
    found = []
    for part in _parts(_plain(text, language), language):
        actions = actions_in(part, language)
        if actions and (parties := _doers(part, language, asked=asked)):
            found.append(Act(parties, actions, _pattern("denied", language).search(part) is not None))
    return tuple(found)


@lru_cache(maxsize=20_000)
def asks_who(question: str, language: str) -> bool:
    """Whether a question asks who does something."""
    return _pattern("who", language).search(comparable(question)) is not None


@lru_cache(maxsize=20_000)
def asks_what(question: str, language: str) -> bool:
    """Whether a question asks what, how or when."""
    return _pattern("what", language).search(comparable(question)) is not None


@lru_cache(maxsize=20_000)
def actions_in(text: str, language: str) -> frozenset[str]:
    """The kinds of actions that a text names."""
    plain = comparable(text)
    named = frozenset(name for name, pattern in _actions(language) if pattern.search(plain))
    return named or (frozenset({ANY}) if _says_any(plain, language) else named)


def is_party(word: str, language: str) -> bool:
    """Whether a word names one of the parties."""
    return any(_pattern(name, language).fullmatch(word) for name in _NOUNS)


def _says_any(text: str, language: str) -> bool:
    names = ("any_action", "duty", "falls_on")
    return any(_pattern(name, language).search(text) for name in names)


def _plain(text: str, language: str) -> str:
    """The comparable text, in which a capital that makes a word of politeness is kept."""
    if language in _POLITE:
        pattern, sign = _POLITE[language]
        text = pattern.sub(sign, text)
    return comparable(text)


def _parts(text: str, language: str) -> list[str]:
    """The parts of a text between commas and conjunctions, without those that tell only a condition."""
    parts, start = [], 0
    for cut in (*_cuts(language).finditer(text), None):
        part = text[start : cut.start() if cut else len(text)]
        if not _conditional(language).match(part):
            parts.append(part)
        if cut:
            start = cut.start("word") if cut.group("word") else cut.end()
    return parts


def _doers(part: str, language: str, *, asked: bool) -> frozenset[str]:
    """The parties that act in a part of a text; none where two that are opposed might."""
    found: set[str] = set()
    pronouns = {"we": "asked" if asked else "we", "customer": "asker" if asked else "you"}
    for party, name in pronouns.items():
        if any(not _other_part(part, hit, language) for hit in _pattern(name, language).finditer(part)):
            found.add(party)
    passive = {party for party, pattern in _agents(language) if pattern.search(part)}
    if passive:
        # "By us" tells it, whoever else is named.
        return frozenset(passive) if len(passive) == 1 else frozenset()
    for party in _NOUNS:
        # A pronoun acts, and the noun beside it is whom it is done to.
        if found and party in {"customer", "house"}:
            continue
        if any(not _other_part(part, hit, language) for hit in _pattern(party, language).finditer(part)):
            found.add(party)
    return frozenset() if _is_both(found) else frozenset(found)


def _is_both(found: set[str]) -> bool:
    return any(pair <= found for pair in _AGAINST)


def _other_part(text: str, hit: re.Match[str], language: str) -> bool:
    """Whether a noun stands after a word such as "to", so that it does not act."""
    before = text[max(0, hit.start() - _NEAR) : hit.start()]
    return _pattern_before("beside", language).search(before) is not None


@cache
def _agents(language: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Patterns of by us, our responsibility, up to the customer: the party, and how it is told."""
    by, falls, duty = (_joined(name, language) for name in ("by", "falls_on", "duty"))
    article, own = _maybe("article"), _maybe("own")
    found = []
    for party, objects, owners in (("we", "us", "our"), ("customer", "to_you", "your")):
        heads = [rf"(?:{by}|{falls})\s+{article}(?:{_joined(objects, language)})"] if by or falls else []
        if language == "fi":
            needs = _joined("before_duty_fi", language)
            heads = [rf"(?:{_joined(objects, language)})\s+(?:\w+\s+)?(?:{needs})"]
        heads.append(rf"(?:{_joined(owners, language)})\s+{own}(?:{duty})")
        found.append((party, re.compile(rf"(?<!\w)(?:{'|'.join(heads)})(?!\w)")))
    for party in _NOUNS:
        names = _joined(party, language)
        genitive = rf"(?:{names})(?:s|'s|n)?\s+(?:{duty})"
        heads = [genitive] if language == "fi" else [rf"(?:{by}|{falls})\s+{article}(?:{names})", genitive]
        if language == "fi":
            heads.append(rf"(?:{_genitives(party)})\s+(?:\w+\s+)?(?:{_joined('before_duty_fi', language)})")
        found.append((party, re.compile(rf"(?<!\w)(?:{'|'.join(heads)})(?!\w)")))
    return tuple(found)


def _genitives(party: str) -> str:
    """Finnish genitives of a party, roughly: asiakkaan, osakkaan, vuokralaisen."""
    words = [str(word) for word in _listed(party, "fi")]
    turned = []
    for word in words:
        if word.endswith("kas"):
            turned.append(f"{word[:-2]}kaan")
        elif word.endswith("nen"):
            turned.append(f"{word[:-3]}sen")
        else:
            turned.append(f"{word}n")
    return "|".join(word_parts(turned))


@cache
def _joined(name: str, language: str) -> str:
    return "|".join(word_parts(map(comparable, map(str, _listed(name, language)))))


def _listed(name: str, language: str) -> list[str]:
    return list(_data()[name].get(language, ()))


@cache
def _pattern(name: str, language: str) -> re.Pattern[str]:
    listed = list(_listed(name, language))
    if name in {"we", "you"}:
        listed += _data()[f"ends_{name}"].get(language, ())
    return word_pattern(map(comparable, map(str, listed))) if listed else _NEVER


@cache
def _maybe(name: str) -> str:
    """One of a few words of any language, or none."""
    return rf"(?:(?:{'|'.join(map(re.escape, _data()['any_language'][name]))})\s+)?"


@cache
def _pattern_before(name: str, language: str) -> re.Pattern[str]:
    listed = _joined(name, language)
    return re.compile(rf"(?<!\w)(?:{listed})\s+{_maybe('determiner')}$") if listed else _NEVER


@cache
def _cuts(language: str) -> re.Pattern[str]:
    goes_on, joint = _joined("relative", language), _joined("clause", language)
    return re.compile(rf"[,;:.!?–]\s+(?!(?:{goes_on})\s)|\s+(?P<word>(?:{joint}))(?=\s)")


@cache
def _conditional(language: str) -> re.Pattern[str]:
    return re.compile(rf"\s*(?:{_joined('condition', language)})(?!\w)")


@cache
def _actions(language: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (str(name), word_pattern(map(comparable, map(str, listed.get(language, ())))))
        for name, listed in _data()["actions"].items()
        if listed.get(language)
    )


@cache
def _data() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml_data("evalkit.knowledge", "data/actors.yaml")
    return loaded
