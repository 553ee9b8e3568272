"""What a text counts a length of time from: the events that it names after "from" or "after"."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from evalkit.knowledge.reading.glossary import roles
from evalkit.text.data_files import word_parts, word_pattern, yaml_data
from evalkit.text.normalise import comparable

_WINDOW = 70
_ENDS = re.compile(r"[.;:,!?]|\s(?:til at|til å|for å|for at|för att|på dig att|in order to|to)\s")
"""Where what time is counted from ends: at a sign, and before what the time is for."""
_JOINED = re.compile(
    r"^\s*,\s+(?=(?:at|att|kun|jolloin|då|da|der|hvor|når|als|an dem|that|when|du|i|de|vi|jeg|man|kunden)\s)"
)
"""A comma before what the day is that time is counted from."""
_FINNISH = re.compile(r"\w{3,}(?:sta|stä)(?!\w)")


@lru_cache(maxsize=20_000)
def start_events(text: str) -> frozenset[str]:
    """The events that a text counts time from, empty where it counts from none that is known.

    >>> sorted(start_events("inom 30 dagar från det att du tog emot paketet"))
    ['received']
    >>> sorted(start_events("60 päivän aika lasketaan tilauspäivästä"))
    ['ordered']
    """
    plain = _without_contrast(comparable(text))
    found: set[str] = set()
    for hit in _after().finditer(plain):
        found |= _events_in(_ENDS.split(_JOINED.sub(" ", plain[hit.end() : hit.end() + _WINDOW]))[0])
    for hit in _after_last().finditer(plain):
        found |= _events_in(_ENDS.split(plain[max(0, hit.start() - _WINDOW) : hit.start()])[-1])
    for hit in _FINNISH.finditer(plain):
        found |= _events_in(hit.group())
    return frozenset(found)


def _without_contrast(text: str) -> str:
    """The text without what it says that the time is not counted from."""
    return _not_from().sub(" ", text)


@lru_cache(maxsize=20_000)
def _events_in(text: str) -> frozenset[str]:
    return frozenset(name for name, pattern in _events() if pattern.search(text))


@cache
def _events() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (str(name), word_pattern(comparable(str(word)) for word in words))
        for name, words in yaml_data("evalkit.knowledge", "data/events.yaml").items()
    )


_DAYS = (
    "dagen", "the day", "the date", "day", "dem tag", "den dag", "den dagen", "von dem tag", "von dem tag an",
    "vom tag", "vom tag an", "ab dem tag", "dem tag an",
    "siitä", "siitä kun", "siitä päivästä", "siitä hetkestä",
    "of", "sobald", "så snart", "så fort", "as soon as", "once", "straks", "heti kun",
)  # fmt: skip


@cache
def _after() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(word_parts((*roles()['_after'], *_DAYS)))})(?!\w)")


@cache
def _after_last() -> re.Pattern[str]:
    return re.compile(rf"\s(?:{'|'.join(word_parts(roles()['_after_last']))})(?!\w)")


@cache
def _not_from() -> re.Pattern[str]:
    denied = "|".join(word_parts(("inte", "ikke", "ikkje", "nicht", "not", "eikä", "ei", "och inte", "og ikke")))
    return re.compile(rf"(?<!\w)(?:{denied})\s+(?:{'|'.join(word_parts(roles()['_after']))})(?!\w)[^.;:,!?]*")
