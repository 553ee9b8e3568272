"""Special categories of personal data: health, belief, union and what else GDPR Art. 9 names, told of somebody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from evalkit.personal_data.cues import SENTENCE_END, PersonalData, words_of
from evalkit.text.data_files import word_pattern, yaml_data
from evalkit.text.word_lists import WordLists

KIND = "SPECIAL_CATEGORY"
_AROUND = 48
_OF_SOMEBODY, _AT_ALL = 0.75, 0.45


def special_categories(text: str, lowered: str, said: frozenset[str] | None = None) -> Iterator[PersonalData]:
    """Words of a special category with their `detail` (`health`, `union` …); below what counts where nobody is meant.

    `said` holds the words where they are known. Source: Regulation (EU) 2016/679, Art. 9(1).

    >>> [(f.detail, f.confidence) for f in special_categories("Jag har diabetes", "jag har diabetes")]
    [('health', 0.75)]
    >>> [f.confidence for f in special_categories("Böcker om diabetes", "böcker om diabetes")]
    [0.45]
    """
    possible = _lists().possible(words_of(lowered) if said is None else said)
    for detail, pattern in _table().items() if possible else ():
        if detail not in possible:
            continue
        for hit in pattern.finditer(lowered):
            before = SENTENCE_END.split(lowered[max(0, hit.start() - _AROUND) : hit.start()])[-1]
            after = SENTENCE_END.split(lowered[hit.end() : hit.end() + _AROUND])[0]
            meant = _somebody().search(before) or _somebody().search(after)
            confidence = _OF_SOMEBODY if meant else _AT_ALL
            yield PersonalData(KIND, hit.start(), hit.end(), confidence, detail=detail)


@cache
def _table() -> dict[str, re.Pattern[str]]:
    categories = yaml_data("evalkit.personal_data", "data/special.yaml")["categories"]
    return {name: word_pattern(entries) for name, entries in categories.items()}


@cache
def _lists() -> WordLists:
    return WordLists(yaml_data("evalkit.personal_data", "data/special.yaml")["categories"])


@cache
def _somebody() -> re.Pattern[str]:
    return word_pattern(yaml_data("evalkit.personal_data", "data/special.yaml")["somebody"])
