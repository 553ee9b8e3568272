"""Which of several lists of words and phrases a text could hold, told without searching it for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from functools import cache

from evalkit.text.data_files import word_pieces, yaml_data

_KNOWN_WORDS = 50_000
_Entries = tuple[tuple[frozenset[str], str], ...]
_NONE: frozenset[str] = frozenset()


class WordLists:
    """Named lists as `word_pattern` reads them: an entry's words stand in the text, the last may go on after a `*`.

    >>> lists = WordLists({"held": ["is stored", "archiv*"], "gone": ["is deleted"]})
    >>> sorted(lists.possible({"it", "is", "archived"})), sorted(lists.possible({"is", "it", "deleted"}))
    (['held'], ['gone'])
    """

    def __init__(self, lists: Mapping[str, Iterable[object]]) -> None:
        self._known = _Known()
        for name, entries in lists.items():
            for entry in map(str, entries):
                self._known.add(name, entry.lower())

    def possible(self, said: Set[str]) -> frozenset[str]:
        """The lists of which an entry can stand in a text of these words, in lower case; in most texts none."""
        known = self._known
        found = [entry for word in said - known.nothing for entry in known[word]]
        return frozenset([name for whole, name in found if whole <= said]) if found else _NONE


class _Known(dict[str, _Entries]):
    """For each word seen so far the entries that can stand only where it does: those words of theirs, and the list.

    `nothing` holds the words seen so far with which no entry begins: most of a text is left out in one go.
    """

    def __init__(self) -> None:
        super().__init__()
        self.nothing: set[str] = set()
        self._whole: dict[str, list[tuple[frozenset[str], str]]] = {}
        self._begun: dict[str, list[str]] = {}

    def add(self, name: str, entry: str) -> None:
        *first, last = word_pieces(entry)
        whole = first if entry.endswith("*") else [*first, last]
        if whole:
            # The longest word of a phrase is the one that fewest texts hold.
            self._whole.setdefault(max(whole, key=len), []).append((frozenset(whole), name))
        else:
            self._begun.setdefault(last, []).append(name)

    def __missing__(self, word: str) -> _Entries:
        begun = [name for n in range(1, len(word) + 1) for name in self._begun.get(word[:n], ())]
        found = (*self._whole.get(word, ()), *((_NONE, name) for name in dict.fromkeys(begun)))
        # The same words come again and again; a bound keeps memory flat.
        if found and len(self) < _KNOWN_WORDS:
            self[word] = found
        elif not found and len(self.nothing) < _KNOWN_WORDS:
            self.nothing.add(word)
        return found


@cache
def word_lists(package: str, name: str) -> WordLists:
    """The lists of a YAML file inside a package, by their names there."""
    return WordLists(yaml_data(package, name))
