"""Text with its personal data covered; the cover names the kind and keeps the length out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evalkit.personal_data.cues import PersonalData
from evalkit.personal_data.finding import find

_LEAST = 0.55
"""A reader is better served by one cover too many than by one leak too many."""
_PASSES, _WALL = 4, "\u2588"


@dataclass(frozen=True, slots=True)
class Masked:
    """A masked text, and where each of its covers stood in the original."""

    text: str
    moves: tuple[tuple[int, int, int, int], ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where [start, end) of the original stands in the masked text."""
        return self._moved(start, first=True), self._moved(end, first=False)

    def _moved(self, at: int, *, first: bool) -> int:
        shift = 0
        for old_start, old_end, new_start, new_end in self.moves:
            if at >= old_end:
                shift = new_end - old_end
            elif at > old_start or (at == old_start and first):
                return new_start if first else new_end
            else:
                break
        return at + shift


def mask(text: str, *, also: Iterable[str] = (), found: Iterable[PersonalData] | None = None) -> Masked:
    """The text with personal data as `[email]`, `[phone]` …; `also` lists further values to cover.

    >>> mask("Skriv till anna@example.com nu").text
    'Skriv till [email] nu'
    """
    spans = [(f.start, f.end, f.family) for f in (found if found is not None else _all_found(text))]
    lowered = text.lower()
    for value in also:
        at = lowered.find(value.lower()) if len(value) > 2 else -1
        while at >= 0:
            spans.append((at, at + len(value), "data"))
            at = lowered.find(value.lower(), at + len(value))
    out: list[str] = []
    moves: list[tuple[int, int, int, int]] = []
    last = length = 0
    for start, end, kind in sorted(spans):
        if start < last:
            continue
        out.append(text[last:start])
        length += start - last
        cover = f"[{kind}]"
        moves.append((start, end, length, length + len(cover)))
        out.append(cover)
        length += len(cover)
        last = end
    out.append(text[last:])
    return Masked("".join(out), tuple(moves))


def _all_found(text: str) -> list[PersonalData]:
    """What is found, and what is found once that is covered: a datum may hide in the shadow of the one beside it."""
    kept: list[PersonalData] = []
    rest = text
    for _ in range(_PASSES):
        found = find(rest, sure=_LEAST)
        if not found:
            break
        kept += found
        for item in found:
            rest = f"{rest[: item.start]}{_WALL * (item.end - item.start)}{rest[item.end :]}"
    return kept


def masked_mapping(values: Mapping[str, object]) -> dict[str, object]:
    """A small mapping with every text masked."""
    return {key: mask(value).text if isinstance(value, str) else value for key, value in values.items()}
