"""The second look at everything that leaves the harness: what should have been masked is masked now, and told."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from evalkit.personal_data.cues import PersonalData
from evalkit.personal_data.finding import find
from evalkit.personal_data.masking import mask

_WORTH_A_LOOK = re.compile(r"@|\d[\d .-]{6,}\d|\b(?:sk|pk|rk)[-_]|eyJ|ghp_|AKIA|PRIVATE KEY")
_PIECE = 4_000


@dataclass(frozen=True, slots=True)
class Sealed:
    """A text that may be written, and how many data of each kind were still in it."""

    text: str
    kinds: Counter[str] = field(default_factory=Counter)


def sealed(text: str, known: Collection[str] = ()) -> Sealed:
    """A text without what a checksum or an unmistakable shape decides: identifiers, cards, accounts, addresses, keys.

    The first look, where a text is made, covers guesses too; this one must not harm a number of the report itself.
    `known` are values that may stay.

    >>> sealed("Kvitto till anna.berg@example.com").text
    'Kvitto till [email]'
    """
    if _WORTH_A_LOOK.search(text) is None:
        return Sealed(text)
    kinds: Counter[str] = Counter()
    out = []
    for piece in _pieces(text):
        found = _left(piece, known) if _WORTH_A_LOOK.search(piece) else []
        kinds.update(f.family for f in found)
        out.append(mask(piece, found=found).text if found else piece)
    return Sealed("".join(out), kinds)


def values_of(text: str) -> frozenset[str]:
    """What `sealed` would mask in a text: for values that stand there on purpose.

    >>> values_of("facts: {email: anna.berg@example.com}")
    frozenset({'anna.berg@example.com'})
    """
    return frozenset(p[f.start : f.end] for p in _pieces(text) if _WORTH_A_LOOK.search(p) for f in _left(p, ()))


def _left(piece: str, known: Collection[str]) -> list[PersonalData]:
    return [f for f in find(piece) if f.exact and piece[f.start : f.end] not in known]


def _pieces(text: str) -> list[str]:
    """The text by lines, long lines kept whole, so that one long report is read in small parts."""
    pieces: list[str] = []
    held: list[str] = []
    size = 0
    for line in text.splitlines(keepends=True):
        held.append(line)
        size += len(line)
        if size >= _PIECE:
            pieces.append("".join(held))
            held, size = [], 0
    return [*pieces, "".join(held)]
