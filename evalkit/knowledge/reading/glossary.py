"""What words mean the same: the sure concepts, the wider glossary, opposites, and the roles of small words.

The wider glossary holds the concepts of one field a file, one a line, beside the sure ones of `concepts.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import permutations
from typing import Any

from evalkit.text.data_files import word_parts, word_pattern, yaml_data
from evalkit.text.normalise import comparable

_FIELDS = ("commerce", "general", "extras")
Exact = dict[tuple[str, ...], str]
Prefixes = dict[str, list[tuple[tuple[str, ...], str]]]
_NO_ROLES = frozenset(
    {
        "_stop",
        "_courtesy",
        "_clause",
        "_joint",
        "_polite",
        "_contrast",
        "_harmless",
        "_verb_first",
        "_after",
        "_after_last",
        "_reckoned",
        "_yearly",
        "_before",
        "_sigh",
        "_feeling",
        "_how",
        "_myself",
        "_look_up",
        "_tell",
        "_left",
        "_ask_phone",
        "_ask_mail",
        "_ask_link",
        "_sorry",
        "_it_is",
        "_sad",
        "_this",
        "_regret",
        "_kind_payment",
        "_kind_animal",
        "_kind_channel",
        "_kind_country",
        "_not_at_all",
        "_the_rest",
        "_serving",
        "_lasts",
        "_article",
    }
)


def further_concepts(fields: Sequence[str] = _FIELDS) -> Iterator[tuple[str, list[str]]]:
    """Each concept of the wider glossary with its words; a trailing `*` is a prefix.

    >>> dict(further_concepts())["cart"][0]
    'varukorg*'
    """
    for field in fields:
        # Plain lines are read ten times faster than YAML, and a check starts with reading them.
        text = files("evalkit.knowledge").joinpath(f"data/concepts_{field}.txt").read_text("utf-8")
        for line in text.splitlines():
            concept, sign, words = line.partition(": ")
            if sign and not concept.startswith("#"):
                yield concept, words.split(", ")


def phrases(*, wide: bool) -> tuple[Exact, Prefixes]:
    """The phrases of the sure concepts or of the wider glossary: whole ones, and by how their first word begins."""
    return _wide_tables() if wide else _tables()[:2]


@cache
def role_tables() -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    """The roles of each phrase and of each prefix: one look-up a word, however many roles there are."""
    exact: dict[str, tuple[str, ...]] = {}
    prefixes: dict[str, tuple[str, ...]] = {}
    for role, known in roles().items():
        if role in _NO_ROLES:
            continue
        for phrase in known:
            into, key = (prefixes, phrase[:-1]) if phrase.endswith("*") else (exact, phrase)
            into[key] = (*into.get(key, ()), role[1:])
    return exact, prefixes


@cache
def _tables() -> tuple[Exact, Prefixes, dict[str, frozenset[str]]]:
    exact: Exact = {}
    prefixes: Prefixes = {}
    roles: dict[str, frozenset[str]] = {}
    for name, entries in concepts().items():
        said = [comparable(str(entry)) for entry in entries]
        if name in {"_antonyms", "_polar", "_generic", "_parties", "_ways", "_things"}:
            continue
        if name.startswith("_"):
            roles[name] = frozenset(said)
            continue
        _add(name, said, exact, prefixes)
    return exact, prefixes, roles


@cache
def _wide_tables() -> tuple[Exact, Prefixes]:
    exact: Exact = {}
    prefixes: Prefixes = {}
    for name, entries in further_concepts():
        _add(name, entries, exact, prefixes)
    return exact, prefixes


def _add(name: str, entries: Iterable[str], exact: Exact, prefixes: Prefixes) -> None:
    for entry in entries:
        parts = tuple(entry.split())
        if parts[0].endswith("*"):
            prefixes.setdefault(parts[0][:-1], []).append((parts[1:], name))
        else:
            exact.setdefault(parts, name)


@cache
def roles() -> dict[str, frozenset[str]]:
    """The small words by the role that they play, each role's name with a leading underscore."""
    return _tables()[2]


@cache
def role_words(role: str) -> re.Pattern[str]:
    """The words of a role, as a pattern of comparable text."""
    return word_pattern(roles()[role])


@cache
def joint_only() -> re.Pattern[str]:
    """What may stand between two things of one list: a comma, an and, an or."""
    joints = "|".join(word_parts(roles()["_joint"]))
    return re.compile(rf"\s*(?:,|[,/]?\s*(?:{joints}|or|eller|tai|oder)|/|&)\s*")


@cache
def courtesies() -> frozenset[str]:
    """Words such as unfortunately, which say nothing of the matter."""
    return frozenset(comparable(str(word)) for word in concepts()["_courtesy"])


@cache
def generic() -> frozenset[str]:
    """Concepts that stand in many sentences and tell little, such as cost."""
    return frozenset(map(str, concepts()["_generic"]))


@cache
def antonyms() -> frozenset[frozenset[str]]:
    """Pairs of concepts that exclude each other."""
    return frozenset(frozenset(str(pair).split("/")) for pair in concepts()["_antonyms"])


@cache
def polar() -> frozenset[frozenset[str]]:
    """Pairs of concepts that are one thing with its sign turned, such as open and closed."""
    return frozenset(frozenset(str(pair).split("/")) for pair in concepts()["_polar"])


@cache
def polar_concepts() -> frozenset[str]:
    """The concepts that are one side of such a pair."""
    return frozenset().union(*polar())


@cache
def others_of(pairs: frozenset[frozenset[str]]) -> dict[str, frozenset[str]]:
    """By concept, those that stand with it in a pair."""
    both = [(one, other) for pair in pairs for one, other in permutations(pair, 2)]
    return {concept: frozenset(other for one, other in both if one == concept) for concept in {one for one, _ in both}}


@cache
def parties() -> frozenset[frozenset[str | None]]:
    """Pairs of those whom a rule is for, such as companies and private persons."""
    return frozenset(frozenset(str(pair).split("/")) for pair in concepts()["_parties"])


@cache
def things() -> frozenset[str]:
    """Concepts of things that an organisation has or has not: where no article names one, none can be promised."""
    return frozenset((*map(str, concepts()["_things"]), *(name for name, _ in further_concepts(("extras",)))))


def concepts() -> dict[str, list[Any]]:
    """The sure concepts with their words, and the lists beside them, whose names begin with an underscore."""
    loaded: dict[str, list[Any]] = yaml_data("evalkit.knowledge", "data/concepts.yaml")
    return loaded
