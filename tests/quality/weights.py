"""Learns the weights of `evalkit.language.evidence` from all labelled messages, and tells what they are worth.

`python -m tests.quality.weights` prints F1 of each decision on messages that the weights did not see: those of each
batch of conversations left out in turn, of each hand that wrote messages, of each language, and of a fifth of the
newest hand's. `python -m tests.quality.weights --write` learns from everything and writes the file.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

import evalkit.language
from evalkit.language import evidence
from evalkit.text.said import Said
from tests.quality.examples import SIDES, Bag, Example, bags
from tests.quality.measures import f1, show

OUT = Path(evalkit.language.__file__).parent / "data" / "weights.npz"
BLOCKS = {"single": 1.0, "pair": 0.7, "word": 1.0, "beside": 1.0, "piece": 2.0}
"""How much each kind of sign may weigh."""
SEEN = {"single": 2, "pair": 3, "word": 1, "beside": 2, "piece": 2}
"""In how many messages of a decision's a sign must stand to be learned."""
STRENGTH = 4.0
"""The inverse of the shrinking of the weights."""
OF_CONVERSATIONS = 4.0
"""What a message of a conversation counts against one that stands alone."""
_ROUNDS = 3
_LARGEST = 127


def blocks(one: Example) -> dict[str, list[str]]:
    """The signs of a message by kind, each as often as it counts."""
    said = Said(one.text).words
    once = list(dict.fromkeys(said))
    signs, (before, after) = sorted(one.signs), evidence.EDGES
    return {
        "single": signs,
        "pair": [f"{a}\t{b}" for a, b in combinations(signs, 2)],
        "word": [evidence.spelled(word) for word in once],
        "beside": [f"{evidence.spelled(a)} {evidence.spelled(b)}" for a, b in pairwise([before, *said, after])],
        "piece": [piece for word in once for piece in evidence.pieces(word)],
    }


_known: dict[Example, dict[str, list[str]]] = {}


def _blocks(one: Example) -> dict[str, list[str]]:
    if one not in _known:
        _known[one] = blocks(one)
    return _known[one]


class Learnt(NamedTuple):
    """Weights by kind and sign."""

    places: dict[tuple[str, str], int]
    weights: np.ndarray[Any, Any]
    start: float

    def scores(self, examples: Sequence[Example]) -> list[float]:
        """What speaks for yes in each message, above 0 for yes."""
        return list((_matrix(examples, self.places) @ self.weights + self.start).tolist()) if examples else []


def _matrix(examples: Sequence[Example], index: dict[tuple[str, str], int]) -> csr_matrix:
    ends, columns, values = [0], [], []
    for one in examples:
        for kind, signs in _blocks(one).items():
            value = BLOCKS[kind] * max(len(signs), 1) ** -0.5
            for sign in signs:
                at = index.get((kind, sign))
                if at is not None:
                    columns.append(at)
                    values.append(value)
        ends.append(len(columns))
    return csr_matrix((values, columns, ends), shape=(len(examples), max(len(index), 1)))


def learn(known: Sequence[Bag]) -> Learnt:
    """Logistic regression on each message; of several that say it together, on the one that says it most so far."""
    from sklearn.linear_model import LogisticRegression

    sure = [
        (one, bag.truth, _weight(bag))
        for bag in known
        if not bag.truth or len(bag.examples) == 1
        for one in bag.examples
    ]
    open_ = [bag for bag in known if bag.truth and len(bag.examples) > 1]
    counts: Counter[tuple[str, str]] = Counter()
    for one in [*(one for one, _, _ in sure), *(one for bag in open_ for one in bag.examples)]:
        counts.update({(kind, sign) for kind, signs in _blocks(one).items() for sign in signs})
    index = {sign: n for n, sign in enumerate(s for s, times in counts.items() if times >= SEEN[s[0]])}
    learnt: Learnt | None = None
    for _ in range(_ROUNDS if open_ else 1):
        chosen = [(_most(bag.examples, learnt), True, _weight(bag)) for bag in open_] if learnt else []
        if not learnt and len({truth for _, truth, _ in sure}) < 2:
            chosen = [(one, True, 1.0) for bag in open_ for one in bag.examples]
        examples, truths, weights = zip(*sure, *chosen, strict=True)
        model = LogisticRegression(C=STRENGTH, solver="liblinear", class_weight="balanced", random_state=0)
        model.fit(_matrix(examples, index), np.array(truths), sample_weight=np.array(weights))
        learnt = Learnt(index, model.coef_[0], float(model.intercept_[0]))
    assert learnt is not None
    return learnt


def _weight(bag: Bag) -> float:
    """Conversations show what stands around a message, and there are fewer of them."""
    return OF_CONVERSATIONS if len(bag.source) == 1 else 1.0


def _most(examples: Sequence[Example], learnt: Learnt) -> Example:
    return examples[int(np.argmax(learnt.scores(examples)))]


def written(learnt: dict[str, Learnt], side: str) -> dict[str, np.ndarray[Any, Any]]:
    """The arrays of one side's file: one column a decision."""
    decisions = SIDES[side]
    by_sign: dict[tuple[str, str], list[float]] = defaultdict(lambda: [0.0] * len(decisions))
    for column, decision in enumerate(decisions):
        one = learnt[decision]
        for (kind, sign), at in one.places.items():
            by_sign[kind, sign][column] = float(one.weights[at]) * BLOCKS[kind]
    signs = sorted({sign for kind, sign in by_sign if kind == "single"})
    place = {sign: n for n, sign in enumerate(signs)}
    pairs = np.zeros((len(signs), len(signs), len(decisions)))
    numbers: dict[int, list[float]] = {}
    for (kind, sign), row in by_sign.items():
        if kind == "pair":
            first, _, second = sign.partition("\t")
            if first in place and second in place:
                a, b = sorted((place[first], place[second]))
                pairs[a, b] = row
        elif kind != "single":
            numbers[evidence.number(kind, sign)] = row
    pairs, pairs_step = _stepped(pairs)
    rows, rows_step = _stepped(np.array(list(numbers.values())))
    kept = np.abs(rows).max(1) > 1
    return {
        "decisions": np.array(decisions),
        "start": np.array([learnt[d].start for d in decisions]),
        "signs": np.array(signs),
        "single": np.array([by_sign["single", sign] for sign in signs], dtype=np.float32).round(3),
        "pairs": pairs,
        "pairs_step": pairs_step,
        "numbers": np.array(list(numbers), dtype=np.uint32)[kept],
        "rows": rows[kept],
        "rows_step": rows_step,
    }


def _stepped(weights: np.ndarray[Any, Any]) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Weights as whole numbers of a step, one step a decision."""
    step = np.abs(weights).max(axis=tuple(range(weights.ndim - 1))) / _LARGEST
    step[step == 0] = 1
    return (weights / step).round().astype(np.int8), step


def main(write: bool) -> None:
    """Print what the weights are worth on messages left out; with `write`, learn from everything."""
    if write:
        found = {
            f"{side}_{name}": array
            for side, decisions in SIDES.items()
            for name, array in written({d: learn(bags(d)) for d in decisions}, side).items()
        }
        np.savez_compressed(OUT, allow_pickle=False, **found)
        return
    show("F1 on what was left out", [{"decision": d, **_left_out(bags(d))} for ds in SIDES.values() for d in ds])


def _left_out(known: list[Bag]) -> dict[str, object]:
    sources = sorted({bag.source for bag in known if "," not in bag.source and bag.source != "plain"})
    told: dict[str, object] = {}
    for source in sources:
        told[source] = _judged(known, [bag.source.split(",")[0] == source for bag in known])
    newest = [bag.source == "fifth" for bag in known]
    for language in sorted({bag.language for bag in known}):
        told[language] = _judged(
            known, [new and bag.language == language for new, bag in zip(newest, known, strict=True)]
        )
    fifths = [[new and n % 5 == fifth for n, new in enumerate(newest)] for fifth in range(5)]
    told["a fifth"] = _f1([row for fifth in fifths for row in _told(known, fifth)])
    return told


def _judged(known: list[Bag], left_out: list[bool]) -> str:
    return _f1(_told(known, left_out))


def _told(known: list[Bag], left_out: list[bool]) -> list[tuple[bool, bool]]:
    judged = [bag for bag, out in zip(known, left_out, strict=True) if out]
    if not judged:
        return []
    learnt = learn([bag for bag, out in zip(known, left_out, strict=True) if not out])
    return [(any(score > 0 for score in learnt.scores(bag.examples)), bag.truth) for bag in judged]


def _f1(pairs: Iterable[tuple[bool, bool]]) -> str:
    pairs = list(pairs)
    return f"{f1(pairs):.2f}".lstrip("0") if any(truth for _, truth in pairs) else "-"


if __name__ == "__main__":
    main("--write" in sys.argv[1:])
