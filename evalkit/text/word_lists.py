"""Which of several lists of words and phrases a text could hold, told without searching it for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from functools import cache

from evalkit.text.data_files import word_pieces, yaml_data

_STEM = 3


class WordLists:
    """Named lists as `word_pattern` reads them: an entry's words stand in the text, the last may go on after a `*`.

    >>> lists = WordLists({"held": ["is stored", "archiv*"], "gone": ["is deleted"]})
    >>> sorted(lists.possible({"it", "is", "archived"})), sorted(lists.possible({"is", "it", "deleted"}))
    (['held'], ['gone'])
    """

    def __init__(self, lists: Mapping[str, Iterable[object]]) -> None:
        self._whole: dict[str, list[tuple[frozenset[str], str]]] = {}
        self._begun: dict[str, list[tuple[str, str]]] = {}
        for name, entries in lists.items():
            for entry in map(str, entries):
                *first, last = word_pieces(entry.lower())
                whole = first if entry.endswith("*") else [*first, last]
                if whole:
                    # The longest word of a phrase is the one that fewest texts hold.
                    self._whole.setdefault(max(whole, key=len), []).append((frozenset(whole), name))
                else:
                    self._begun.setdefault(last[:_STEM], []).append((last, name))
        self._short = any(len(stem) < _STEM for stem in self._begun)

    def possible(self, said: Set[str]) -> frozenset[str]:
        """The lists of which an entry can stand in a text of these words, in lower case; in most texts none."""
        found = [name for key in said & self._whole.keys() for whole, name in self._whole[key] if whole <= said]
        stems = {word[:_STEM] for word in said}
        if self._short:
            stems |= {word[:n] for word in said for n in range(1, _STEM)}
        for stem in stems & self._begun.keys():
            found += [name for start, name in self._begun[stem] if any(word.startswith(start) for word in said)]
        return frozenset(found)


@cache
def word_lists(package: str, name: str) -> WordLists:
    """The lists of a YAML file inside a package, by their names there."""
    return WordLists(yaml_data(package, name))
