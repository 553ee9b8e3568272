"""The lists of names: what many people are called, how family names end, and what bears a person's name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from evalkit.text.data_files import yaml_data


def is_public(name: str) -> bool:
    """Whether everybody knows the bearer of a name, in another case too: it is asked for then."""
    first, _, rest = name.lower().partition(" ")
    second = rest.partition(" ")[0]
    known = _public()
    return (
        f"{first} {second}".removesuffix("s") in known
        or f"{first} {rest}" in known
        or any(f"{first} {bare}" in known for bare in nominatives(second))
    )


def genitive_in_n(lowered: str) -> bool:
    """Whether a family name stands in a genitive that ends in n: Linnan, Berglundin."""
    if not lowered.endswith("n") or lowered in _family_names() or ends_as(lowered, _family_endings()):
        return False
    return any(len(bare) >= _SHORTEST_FAMILY and family(bare) for bare in nominatives(lowered))


_SHORTEST_FAMILY, _SHORTEST_OWNER = 5, 4


def nominatives(lowered: str) -> list[str]:
    """What a name in a case can be the case of; nothing for other words.

    >>> nominatives("virtasesta"), nominatives("berglundin"), nominatives("aallon")
    (['virtase', 'virtanen'], ['berglundi', 'berglund'], ['aallo', 'aalto'])
    """
    stem = next((lowered[: -len(case)] for case in _cases() if lowered.endswith(case)), None)
    if stem is None:
        return []
    changes: dict[str, str] = _things_data()["stem_changes"]
    for ending, nominative in changes.items():
        if stem.endswith(ending):
            return [stem, stem.removesuffix(ending) + nominative]
    grades: dict[str, str] = _things_data()["weak_grades"]
    vowel = stem[-1:]
    return [
        stem,
        *(
            stem.removesuffix(weak + vowel) + strong + vowel
            for weak, strong in grades.items()
            if stem.endswith(weak + vowel)
        ),
    ]


@cache
def _cases() -> tuple[str, ...]:
    return tuple(sorted(listed("case_endings"), key=len, reverse=True))


def given(word: str) -> bool:
    """Whether many people bear a given name; the first part of a double one decides."""
    lowered = word.lower()
    return lowered in given_names() or lowered.partition("-")[0] in given_names()


def family(word: str) -> bool:
    """Whether a word is a family name, or ends as one."""
    lowered = word.lower()
    return lowered in _family_names() or (len(lowered) >= 5 and ends_as(lowered, _family_endings()))


def looks_like_a_name(words: list[str]) -> bool:
    """Whether the words of a full name hold a given name or end as family names do."""
    last = re.split(r"[-'’]", words[-1].lower())[-1]
    return given(words[0]) or family(words[-1]) or family(last)


def genitive(lowered: str) -> bool:
    """Whether a Nordic family name stands in the genitive: Lindgrens, Hansens."""
    bare = lowered.removesuffix("s")
    if bare == lowered or len(bare) < _SHORTEST_OWNER or bare[-1] == "s":
        return False
    return lowered not in _family_names() and not ends_as(lowered, _family_endings()) and family(bare)


def telling(word: str) -> bool:
    """Whether a family name is no everyday word."""
    return family(word) and word.lower() not in also_words()


@cache
def listed(name: str) -> frozenset[str]:
    """The words of a list of what firms and works are called."""
    words: list[str] = _things_data()[name]
    return frozenset(words)


def _things_data() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml_data("evalkit.personal_data", "data/things.yaml")
    return loaded


@cache
def endings(name: str) -> dict[int, frozenset[str]]:
    """A list of endings, by their length."""
    return by_length(listed(name))


def _names() -> dict[str, object]:
    loaded: dict[str, object] = yaml_data("evalkit.personal_data", "data/names.yaml")
    return loaded


@cache
def given_names() -> frozenset[str]:
    """Given names, lower case."""
    given: dict[str, str] = _names()["given"]  # type: ignore[assignment]
    return frozenset(word.lower() for words in given.values() for word in words.split())


@cache
def also_words() -> frozenset[str]:
    """Given names that are words too."""
    return frozenset(str(_names()["also_words"]).lower().split())


@cache
def _family_names() -> frozenset[str]:
    return frozenset(str(_names()["family"]).lower().split())


@cache
def _family_endings() -> dict[int, frozenset[str]]:
    endings: list[str] = _names()["family_endings"]  # type: ignore[assignment]
    return by_length(endings)


def by_length(endings: Iterable[str]) -> dict[int, frozenset[str]]:
    """Endings by their length, so that a word is cut once for each."""
    listed = frozenset(endings)
    return {size: frozenset(e for e in listed if len(e) == size) for size in sorted({len(e) for e in listed})}


def ends_as(word: str, endings: dict[int, frozenset[str]]) -> bool:
    """Whether a word ends in one of the endings, or is one."""
    return any(word[-size:] in of_size for size, of_size in endings.items())


@cache
def not_after() -> frozenset[str]:
    """What stands after a name that a firm, a street or a thing bears."""
    listed: list[str] = _names()["not_after"]  # type: ignore[assignment]
    return frozenset(listed)


def names_a_thing(word: str) -> bool:
    """Whether a word is a thing, alone, with its article, or at the end of a compound: `lampa`, `bordslampa`."""
    lowered = word.lower()
    if lowered in not_after() or (len(lowered) >= _COMPOUND and ends_as(lowered, _things())):
        return True
    return any(bare in not_after() for bare in _bare_forms(lowered))


def _bare_forms(lowered: str) -> list[str]:
    """What a noun is without the ending of its plural or its article: tavlor, fåtöljen."""
    changes: dict[str, str] = _things_data()["noun_endings"]
    return [lowered.removesuffix(ending) + bare for ending, bare in changes.items() if lowered.endswith(ending)]


_COMPOUND, _SHORTEST_THING = 8, 4


@cache
def _things() -> dict[int, frozenset[str]]:
    return by_length([word for word in not_after() if len(word) >= _SHORTEST_THING and word.isalpha()])


@cache
def works() -> frozenset[str]:
    """Works that bear a person's name."""
    listed: list[str] = _names()["works"]  # type: ignore[assignment]
    return frozenset(listed)


@cache
def thing_before() -> frozenset[str]:
    """What stands before the name of a thing, a place or a firm."""
    listed: list[str] = _names()["thing_before"]  # type: ignore[assignment]
    return frozenset(listed)


@cache
def _public() -> frozenset[str]:
    names = [name.strip() for name in str(_names()["public"]).split("|")]
    return frozenset(names) | {name.removesuffix("s") for name in names}


@cache
def brands() -> frozenset[str]:
    """Firms and brands that bear a person's name."""
    listed: list[str] = _names()["brands"]  # type: ignore[assignment]
    return frozenset(listed)
