"""Groups of like texts by support concepts and character n-grams, across languages; the same in any order.

Source: TF-IDF, latent semantic analysis by randomised SVD (Halko, Martinsson & Tropp 2011), spherical k-means; the
number of groups by the simplified silhouette (Hruschka, de Castro & Campello 2004).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from evalkit.knowledge.reading.wording import Term, wording
from evalkit.language.detection import small_words
from evalkit.model import content_hash
from evalkit.text.normalise import comparable
from evalkit.text.tokens import char_ngrams

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Matrix = NDArray[np.float32]

SIZES = (2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 22, 26, 30, 36, 44)
"""Numbers of groups that are tried; the smallest that is nearly as good as the best is taken."""
LEAST = 5
"""Texts below which a group is none: it would tell of single customers."""
_FITTED = 3_000
_GRAMS, _DIMENSIONS = 6_000, 48
_CONCEPT = "§"
_CONCEPT_WEIGHT = 4.0
"""A concept says in one feature what a word says in a dozen n-grams; all languages share it."""
_NEARLY = 0.97
_RESTARTS, _STEPS = 3, 25
_BATCH = 1_000
_ALIKE = 0.3
_WAYS = 3
"""Wordings that a group needs: fewer tell nothing of what they have in common."""


@dataclass(frozen=True)
class Groups:
    """Groups that further texts can be put into."""

    grams: dict[str, int]
    idf: Any
    basis: Any
    centres: Any

    def nearest(self, texts: Sequence[str]) -> list[int]:
        """The group of each text, -1 for one that is like none."""
        import numpy as np

        found: list[int] = []
        for start in range(0, len(texts), _BATCH):
            points = _unit(_weighed(texts[start : start + _BATCH], self.grams, self.idf) @ self.basis)
            likeness = points @ self.centres.T
            best = likeness.argmax(axis=1)
            sure = likeness[np.arange(len(best)), best] >= _ALIKE
            found += [int(group) if ok else -1 for group, ok in zip(best, sure, strict=True)]
        return found


def group(texts: Sequence[str]) -> Groups | None:
    """The groups among the texts, None where there are too few to tell; no group has fewer than five texts."""
    import numpy as np

    fitted = sorted(set(texts), key=lambda text: content_hash(text))[:_FITTED]
    grams = _vocabulary(fitted)
    if len(fitted) < 2 * LEAST or not grams:
        return None
    idf = _idf(fitted, grams)
    weighed = _weighed(fitted, grams, idf)
    weighed = weighed[np.linalg.norm(weighed, axis=1) > 0]
    if len(weighed) < 2 * LEAST:
        return None
    basis = _basis(weighed, min(_DIMENSIONS, len(weighed) - 1, len(grams)))
    points = _unit(weighed @ basis)
    most = max(2, min(len(texts) // (2 * LEAST), len(points) // _WAYS))
    tried = [_k_means(points, k) for k in SIZES if k <= most]
    best = max(quality for _, quality in tried)
    centres = next(centres for centres, quality in tried if quality >= best - (1 - _NEARLY) * abs(best))
    sizes = Counter(Groups(grams, idf, basis, centres).nearest(texts))
    kept = [number for number in range(len(centres)) if sizes[number] >= LEAST]
    # The largest first, so that numbers are ranks.
    kept.sort(key=lambda number: (-sizes[number], number))
    return Groups(grams, idf, basis, centres[kept]) if kept else None


@lru_cache(maxsize=50_000)
def terms_of(text: str) -> tuple[Term, ...]:
    """The words of a text that name a subject: concepts, and others that hold no digits and are no small words."""
    said = (t for t in wording(text).terms if t.text and not any(c.isdigit() for c in t.text))
    return tuple(t for t in said if t.concept is not None or t.text not in _small_words())


@cache
def _small_words() -> frozenset[str]:
    return frozenset(map(comparable, small_words()))


def _features(text: str) -> Counter[str]:
    counted: Counter[str] = Counter()
    for term in terms_of(text):
        # Spelled as well, a concept would part the languages that it joins.
        if term.concept is not None:
            counted[f"{_CONCEPT}{term.concept}"] += 1
            continue
        for word in term.text.split():
            counted.update(char_ngrams(word, 3, 5))
    return counted


def _vocabulary(texts: Sequence[str]) -> dict[str, int]:
    frequency: Counter[str] = Counter()
    for text in texts:
        frequency.update(set(_features(text)))
    usable = [gram for gram, n in frequency.items() if 2 <= n <= 0.5 * len(texts)]
    usable.sort(key=lambda gram: (-frequency[gram], gram))
    return {gram: number for number, gram in enumerate(usable[:_GRAMS])}


def _idf(texts: Sequence[str], grams: dict[str, int]) -> Any:
    import numpy as np

    frequency = np.zeros(len(grams), dtype=np.float32)
    for text in texts:
        for gram in set(_features(text)):
            if (number := grams.get(gram)) is not None:
                frequency[number] += 1
    idf = np.log((1 + len(texts)) / (1 + frequency)).astype(np.float32)
    idf[[number for gram, number in grams.items() if gram.startswith(_CONCEPT)]] *= _CONCEPT_WEIGHT
    return idf


def _weighed(texts: Sequence[str], grams: dict[str, int], idf: Any) -> Matrix:
    import numpy as np

    found: Matrix = np.zeros((len(texts), len(grams)), dtype=np.float32)
    for row, text in enumerate(texts):
        for gram, n in _features(text).items():
            if (number := grams.get(gram)) is not None:
                found[row, number] = 1 + np.log(n)
    return _unit(found * idf)


def _unit(rows: Matrix) -> Matrix:
    import numpy as np

    length = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Matrix = rows / np.maximum(length, 1e-9)
    return unit


def _basis(weighed: Matrix, dimensions: int) -> Matrix:
    import numpy as np

    chance = np.random.default_rng(0)
    spread = weighed @ chance.standard_normal((weighed.shape[1], dimensions + 8)).astype(np.float32)
    for _ in range(3):
        spread, _ = np.linalg.qr(spread)
        spread = weighed @ (weighed.T @ spread)
    across, _ = np.linalg.qr(spread)
    _, _, directions = np.linalg.svd(across.T @ weighed, full_matrices=False)
    basis: Matrix = directions[:dimensions].T.astype(np.float32)
    return basis


def _k_means(points: Matrix, k: int) -> tuple[Matrix, float]:
    """The centres of the best of some starts, and how far apart the groups lie (-1 to 1)."""
    import numpy as np

    chance = np.random.default_rng(k)
    best: tuple[float, Matrix] | None = None
    for _ in range(_RESTARTS):
        centres = _seeded(points, k, chance)
        for _ in range(_STEPS):
            of = (points @ centres.T).argmax(axis=1)
            moved = np.zeros_like(centres)
            np.add.at(moved, of, points)
            empty = np.linalg.norm(moved, axis=1) < 1e-6
            moved = np.where(empty[:, None], centres, _unit(moved))
            if np.allclose(moved, centres, atol=1e-5):
                break
            centres = moved
        fit = float((points @ centres.T).max(axis=1).mean())
        if best is None or fit > best[0] + 1e-6:
            best = (fit, centres)
    assert best is not None
    return best[1], _silhouette(points @ best[1].T)


def _seeded(points: Matrix, k: int, chance: Any) -> Matrix:
    import numpy as np

    chosen = [int(chance.integers(len(points)))]
    far = 1 - points @ points[chosen[0]]
    for _ in range(k - 1):
        weight = np.maximum(far, 0).astype(np.float64) ** 2
        total = weight.sum()
        nxt = int(chance.choice(len(points), p=weight / total)) if total > 0 else int(chance.integers(len(points)))
        chosen.append(nxt)
        far = np.minimum(far, 1 - points @ points[nxt])
    seeds: Matrix = points[chosen].copy()
    return seeds


def _silhouette(likeness: Matrix) -> float:
    import numpy as np

    ordered = np.sort(1 - likeness, axis=1)
    own, other = np.maximum(ordered[:, 0], 0), np.maximum(ordered[:, 1], 1e-9)
    return float(((other - own) / np.maximum(own, other)).mean())
