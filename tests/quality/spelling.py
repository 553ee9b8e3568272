"""Learns how each language spells its words, for `evalkit.language.spelling`.

`python -m tests.quality.spelling` prints how often lone words that were left out are told, and turns of conversations
that were left out; `--write` learns from everything and writes the file. It learns from the lists of ordinary words of
`fixtures/words/`, from the words that tell languages apart, and from what the labelled messages and the demo's articles
say.
"""

from __future__ import annotations

import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain
from math import sqrt
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch
from zlib import crc32

import numpy as np
import yaml
from scipy.sparse import csr_matrix

import evalkit.language
from evalkit.language import detection
from evalkit.language.detection import LANGUAGES
from evalkit.language.spelling import Spelling, pieces
from evalkit.text.data_files import yaml_data
from evalkit.text.normalise import clean, folded
from evalkit.text.tokens import WORD
from tests.quality.measures import LABELLED, rows, show

OUT = Path(evalkit.language.__file__).parent / "data" / "spelling.npz"
FIXTURES = LABELLED.parent
LISTED = 3
"""How often a listed word counts as said."""
UNMARKED = 0.2
"""What a word counts when typed without its letters, as customers do."""
SEEN = 2
"""In how many words a piece must stand to be learned."""
STRENGTH = 2.0
"""The inverse of the shrinking of the weights."""
OF_A_LANGUAGE = 4000.0
"""What all words of a language count together."""
SMALLEST = 6
"""Rows without a weight of so many steps are left out."""
_ROUNDS = 150
_LARGEST = 127
_PARTS = 5
_LENGTHS = (3, 8, 10_000)


class Learnt(NamedTuple):
    """Weights by piece, a column each language."""

    places: Mapping[str, int]
    weights: np.ndarray[Any, Any]

    def scores(self, said: Iterable[str]) -> np.ndarray[Any, Any]:
        """What speaks for each language in each word."""
        found: np.ndarray[Any, Any] = _matrix(said, self.places) @ self.weights
        return found


def listed(code: str) -> frozenset[str]:
    """The ordinary words of a language in all their forms."""
    table = yaml.safe_load((FIXTURES / "words" / f"{code}.yaml").read_text("utf-8"))
    return frozenset(stem + end for ends, stems in table.items() for stem in stems.split() for end in ends.split("/"))


def said(conversations: bool = True) -> dict[str, Counter[str]]:
    """How often each word is said in each language, in the labelled conversations too or only elsewhere."""
    found = {code: Counter[str]() for code in LANGUAGES}
    for code, text in chain(_texts(), _turns() if conversations else ()):
        if code in found:
            found[code].update(word for word in _words(clean(text)) if word.isalpha())
    for code, counter in found.items():
        telling = (word for word in yaml_data("evalkit.language", "data/markers.yaml")[code] if isinstance(word, str))
        for word in listed(code).union(*map(_words, telling)):
            counter[word] += LISTED
    return found


def _words(text: str) -> list[str]:
    return re.findall(WORD, text.lower())


def _texts() -> Iterable[tuple[str, str]]:
    for path in sorted(LABELLED.rglob("*.yaml")):
        for text in _strings(yaml.safe_load(path.read_text("utf-8"))):
            yield path.stem, text
    for row in rows(LABELLED / "grounding.jsonl"):
        code = row["lang"]
        for text in (row["question"], row["answer"], *_strings(row["kb"])):
            yield code, text
    for row in rows(LABELLED / "privacy.jsonl"):
        yield row["lang"], row["text"]
    for path in sorted((FIXTURES / "demo" / "kb").glob("*/*.md")):
        yield path.parent.name, path.read_text("utf-8")


def _turns() -> Iterable[tuple[str, str]]:
    """The turns of the conversations in which everybody keeps to one language."""
    for row in rows(LABELLED / "conversations.jsonl"):
        gold = row["gold"]
        if gold["bot_language_ok"] and gold["customer_language"] == row["language"]:
            for turn in row["turns"]:
                yield row["language"], turn["text"]


def _strings(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)


class Examples(NamedTuple):
    """Words, the place of their language, and what each counts."""

    words: list[str]
    truths: np.ndarray[Any, Any]
    weights: np.ndarray[Any, Any]


def examples(conversations: bool = True) -> Examples:
    """All words of all languages, which count the same together."""
    found: list[str] = []
    truths: list[int] = []
    weights: list[float] = []
    for place, counter in enumerate(said(conversations).values()):
        own = {word: sqrt(times) for word, times in counter.items()}
        bare = defaultdict[str, float](float)
        for word, weight in own.items():
            if folded(word) != word:
                bare[folded(word)] += UNMARKED * weight
        scale = OF_A_LANGUAGE / sum(own.values())
        for part in (own, bare):
            found += part
            truths += [place] * len(part)
            weights += [weight * scale for weight in part.values()]
    return Examples(found, np.array(truths), np.array(weights))


def learn(known: Examples) -> Learnt:
    """The weights that tell the languages of these words apart."""
    from sklearn.linear_model import LogisticRegression

    stands = Counter(piece for word in known.words for piece in set(pieces(word)))
    places = {piece: n for n, piece in enumerate(sorted(p for p, times in stands.items() if times >= SEEN))}
    model = LogisticRegression(C=STRENGTH, max_iter=_ROUNDS, fit_intercept=False)
    model.fit(_matrix(known.words, places), known.truths, sample_weight=known.weights)
    return Learnt(places, model.coef_.T)


def _matrix(said: Iterable[str], places: Mapping[str, int]) -> csr_matrix:
    ends, columns = [0], []
    for word in said:
        columns += [places[piece] for piece in pieces(word) if piece in places]
        ends.append(len(columns))
    matrix = csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(ends) - 1, len(places)))
    matrix.sum_duplicates()
    return matrix


def written(learnt: Learnt) -> dict[str, np.ndarray[Any, Any]]:
    """The arrays of the file."""
    step = float(np.abs(learnt.weights).max()) / _LARGEST
    whole = (learnt.weights / step).round().astype(np.int8)
    kept = np.abs(whole).max(1) >= SMALLEST
    spelled = [piece for piece, keep in zip(learnt.places, kept, strict=True) if keep]
    return {
        "pieces": np.frombuffer(" ".join(spelled).encode(), np.uint8),
        "rows": whole[kept],
        "step": np.full(len(LANGUAGES), step),
    }


def main(write: bool) -> None:
    """Print how often words and turns left out are told; with `write`, learn from everything."""
    if write:
        np.savez_compressed(OUT, allow_pickle=False, **written(learn(examples())))
        return
    _words_left_out(examples())
    _turns_left_out()


def _words_left_out(known: Examples) -> None:
    part = np.array([crc32(folded(word).encode()) % _PARTS for word in known.words])
    seen, unseen = (
        Examples(
            [w for w, k in zip(known.words, chosen, strict=True) if k], known.truths[chosen], known.weights[chosen]
        )
        for chosen in (part != 0, part == 0)
    )
    right = learn(seen).scores(unseen.words).argmax(1) == unseen.truths
    show(
        "Lone words that were left out: told at the first guess by their spelling alone",
        [
            {"language": code, "n": int(own.sum()), "right": float(right[own].mean())}
            for place, code in enumerate(LANGUAGES)
            if (own := unseen.truths == place).any()
        ],
    )


def _turns_left_out() -> None:
    told = Spelling(written(learn(examples(conversations=False))))
    groups = defaultdict[str, list[tuple[detection.Language, str]]](list)
    with patch.object(detection, "spelling", lambda: told):
        for code, text in _turns():
            found, n_words = detection.detect(text), len(_words(text))
            for key in ("all", next(f"up to {most} words" for most in _LENGTHS if n_words <= most), f"language {code}"):
                groups[key].append((found, code))
    show(
        "Turns of conversations that were left out",
        [
            {
                "part": key,
                "n": len(guesses),
                "first guess right": sum(found.candidates[:1] == (code,) for found, code in guesses) / len(guesses),
                "named": sum(found.code is not None for found, _ in guesses) / len(guesses),
                "right when named": sum(found.code == code for found, code in guesses)
                / max(sum(found.code is not None for found, _ in guesses), 1),
            }
            for key, guesses in groups.items()
        ],
    )


if __name__ == "__main__":
    main("--write" in sys.argv)
