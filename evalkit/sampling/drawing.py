"""Who is drawn: strata, a least number a stratum, one conversation a person, and the probability of each."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evalkit.errors import InputError, near_match
from evalkit.language.lexicons import categories
from evalkit.model import Conversation, content_hash
from evalkit.store.facts import Facts

DIMENSIONS = ("topic", "channel", "language", "outcome", "length", "week", "handled_by", "segment")
SPECIAL = ("self_harm_crisis", "vulnerable")
"""Phrases that speak of health, need or danger: such conversations are no test material without somebody's decision."""
_SHORT, _LONG = 3, 8
Cell = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A conversation that may be drawn, with its label on each dimension of the sample."""

    conversation_id: str
    subject: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawn conversation: its stratum, and the probability with which it came into the sample."""

    conversation_id: str
    cell: Cell
    inclusion_probability: float


@dataclass(frozen=True, slots=True)
class Stratum:
    """One stratum: how many persons it holds and how many of them were drawn."""

    cell: Cell
    n: int
    n_drawn: int


@dataclass(frozen=True, slots=True)
class Sample:
    """The drawn conversations, the strata that they stand for, and what was not used and why."""

    drawn: tuple[Drawn, ...]
    strata: tuple[Stratum, ...]
    excluded: dict[str, int]
    by: tuple[str, ...]
    seed: int


def dimensions(words: str) -> tuple[str, ...]:
    """The dimensions of a list such as `topic,channel`. Raises: InputError naming the near one.

    >>> dimensions("topic, language")
    ('topic', 'language')
    """
    found = tuple(dict.fromkeys(word.strip() for word in words.split(",") if word.strip()))
    for word in found:
        if word not in DIMENSIONS:
            raise InputError(
                f"cannot stratify by '{word}'{near_match(word, DIMENSIONS)} (known: {', '.join(DIMENSIONS)})"
            )
    if not found:
        raise InputError(f"--by: expected one or more of {', '.join(DIMENSIONS)}")
    return found


def refused(talk: Conversation) -> str | None:
    """Why a conversation may not be used, None where it may."""
    said = [turn for turn in talk.turns if turn.role == "customer" and turn.text.strip()]
    if talk.consent is False:
        return "no consent"
    if not said:
        return "the customer says nothing"
    if not any(turn.role in {"bot", "human"} and turn.text.strip() for turn in talk.turns):
        return "nobody answers"
    if talk.failure is not None:
        return "the conversation broke"
    if any(set(SPECIAL) & categories(turn.text, talk.language, "customer") for turn in said):
        return "special category (health, need, danger)"
    return None


def candidates(
    talks: Iterable[Conversation], facts: Mapping[str, Facts], by: Sequence[str]
) -> tuple[list[Candidate], dict[str, int]]:
    """Those that may be drawn, and how many may not by reason."""
    found: list[Candidate] = []
    excluded: Counter[str] = Counter()
    for talk in talks:
        if (why := refused(talk)) is not None:
            excluded[why] += 1
            continue
        labels = _labels(talk, facts.get(talk.id))
        # Without a key nobody can tell who wrote; each such conversation counts as a person of its own.
        found.append(Candidate(talk.id, talk.subject_key or f"#{talk.id}", tuple(labels[name] for name in by)))
    return found, dict(excluded)


def draw(
    held: Sequence[Candidate], by: Sequence[str], *, n: int, seed: int, min_per_cell: int, excluded: Mapping[str, int]
) -> Sample:
    """The sample: one conversation a person at random, then at random inside each stratum; the same for a seed.

    Strata get their share of n, and at least `min_per_cell` (or all that they hold). Thin strata merge along the last
    dimensions. The probability of a conversation is that of being its person's, times that of its stratum.
    Raises: InputError when nothing may be drawn.
    """
    if not held:
        raise InputError("no conversation may be drawn")
    persons: dict[str, list[Candidate]] = {}
    for one in sorted(held, key=lambda c: c.conversation_id):
        persons.setdefault(one.subject, []).append(one)
    chosen = {subject: _chance(seed, subject).choice(theirs) for subject, theirs in persons.items()}
    cells: dict[Cell, list[Candidate]] = {}
    for one in chosen.values():
        cells.setdefault(one.cell, []).append(one)
    cells = _merged(cells, min_per_cell, max(1, n // max(1, min_per_cell)))
    sizes = _allotted({cell: len(members) for cell, members in cells.items()}, n, min_per_cell)
    drawn: list[Drawn] = []
    for cell in sorted(cells):
        members = sorted(cells[cell], key=lambda c: c.conversation_id)
        share = sizes[cell] / len(members)
        for one in _chance(seed, "/".join(cell)).sample(members, sizes[cell]):
            drawn.append(Drawn(one.conversation_id, cell, share / len(persons[one.subject])))
    left = len(held) - len(chosen)
    told = {**excluded, **({"another conversation of the same person": left} if left else {})}
    strata = tuple(Stratum(cell, len(cells[cell]), sizes[cell]) for cell in sorted(cells))
    return Sample(tuple(sorted(drawn, key=lambda d: d.conversation_id)), strata, told, tuple(by), seed)


def _labels(talk: Conversation, row: Facts | None) -> dict[str, str]:
    said = sum(turn.role == "customer" for turn in talk.turns)
    return {
        "topic": talk.intent or "no topic",
        "channel": talk.channel,
        "language": talk.language or "unknown",
        "outcome": (row.outcome if row is not None else None) or talk.ending,
        "length": "short" if said < _SHORT else "medium" if said < _LONG else "long",
        "week": f"{talk.started_at:%G-W%V}" if talk.started_at else "unknown",
        "handled_by": talk.handled_by,
        "segment": talk.segment or "none",
    }


def _merged(cells: Mapping[Cell, list[Candidate]], least: int, most: int) -> dict[Cell, list[Candidate]]:
    """The strata with the smallest merged along the last dimension until none is thin and there are few enough."""
    found = {cell: list(members) for cell, members in cells.items()}
    while True:
        open_ = [cell for cell in found if cell and (len(found) > most or len(found[cell]) < least)]
        if not open_:
            return found
        # The finest first: a parent may become thick before its own turn comes.
        smallest = min(open_, key=lambda cell: (-len(cell), len(found[cell]), cell))
        found.setdefault(smallest[:-1], []).extend(found.pop(smallest))


def _allotted(sizes: Mapping[Cell, int], n: int, least: int) -> dict[Cell, int]:
    """How many of each stratum: its share, at least `least`, never more than it holds; the sum is n where it can be."""
    total = sum(sizes.values())
    n = min(n, total)
    floor = {cell: min(least, size) for cell, size in sizes.items()}
    wanted = {cell: max(floor[cell], min(size, n * size / total)) for cell, size in sizes.items()}
    given = {cell: int(value) for cell, value in wanted.items()}
    order = sorted(sizes, key=lambda cell: (given[cell] - wanted[cell], cell))
    while (missing := n - sum(given.values())) != 0:
        step = 1 if missing > 0 else -1
        able = [c for c in order if (given[c] < sizes[c] if step > 0 else given[c] > floor[c])]
        if not able:
            break
        # What is missing goes to the largest remainders; what is too much is taken where most is held.
        able = able if step > 0 else sorted(able, key=lambda cell: (-given[cell], cell))
        for cell in able[: abs(missing)]:
            given[cell] += step
    return given


def _chance(seed: int, name: str) -> random.Random:
    return random.Random(content_hash("sample", seed, name))
