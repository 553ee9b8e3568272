"""Learns the weights of `evalkit.knowledge.weighing.deciding` from the labelled answers, and tells what they are worth.

`python -m tests.quality.verdicts` prints accuracy of the rules alone and weighed, a fifth of the trades left out in turn and each
language; `python -m tests.quality.verdicts --write` learns from everything and writes the file.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import evalkit.knowledge
from evalkit.knowledge import Knowledge
from evalkit.knowledge.checking import NO_CLAIM
from evalkit.knowledge.claims import claims_of, no_claim_spans
from evalkit.knowledge.judgements import Judgement, check_claim, is_remark, reading_of, stating
from evalkit.knowledge.weighing.deciding import VERDICTS, Weighing, decide, weighing
from evalkit.knowledge.weighing.features import Reading, features
from evalkit.knowledge.weighing.signs import signs
from tests.quality.measures import LABELLED, rows, show

_DATA = Path(evalkit.knowledge.__file__).parent / "data"
NUMBERS, SIGNS = _DATA / "verdict_weights.json", _DATA / "verdict_signs.txt"
HELD_OUT = ("eleventh trades", "thirteenth trades")
HARDER = tuple(f"n{number}" for number in range(7))
CLASSIC = tuple(f"q{number}" for number in range(14))
WHOLE = tuple(f"s{number}" for number in range(6))
ORDINARY = ("t0", "t1", "t2")
LIKE_A_DESKS = ("x0", "x1", "x2")
"""Batches that no weight was learned from: they measure.

The harder ones were written to be read and not matched, by seven hands. The classic ones hold each way to be wrong that the
field knows beside a twin that is right, and whole replies the same in two or three claims; rules were written in view of all
but q6, q7, q8 and s0. The ordinary ones, and those like a desk's own, are what a support organisation writes from a list of
those ways in an afternoon, by one hand each; nobody has read an answer of either. Learning from the classic ones too moved
the ordinary ones by half a point up and the other kept ones by one to two points down.
"""
_SHRINK, _ROUNDS, _FOLDS = 30.0, 2, 5
_SIGN, _FEWEST, _LARGEST = 2.0, 8, 127
"""What a sign counts beside a number that varies by one, how often it must occur, and the most steps of a weight."""
_WEIGHTS = {
    "": 0.1, "other trades": 0.1, "third trades": 0.1, "fourth trades": 0.1, "fifth trades": 0.3,
    "fifth trades, amounts": 0.3, "sixth trades": 0.5,
}  # fmt: skip
"""Rules were written in view of these batches, where their word is right more often than it is elsewhere."""
_WORST = ("contradicted", "not_in_kb", "unsure", "supported")
Reads = tuple[dict[str, float], list[str]]
"""What the weights weigh of a reading: its numbers and its signs."""
Rows = list[tuple[Reads, int, float]]


@dataclass(frozen=True, slots=True)
class Case:
    """A labelled answer: its trade, and of each claim the reading, or the verdict that needs none."""

    trade: str
    language: str
    batch: str
    label: str
    readings: tuple[Reading | str, ...]
    reads: tuple[Reads, ...]


def cases(wanted: Callable[[str], bool]) -> list[Case]:
    """The labelled cases of the wanted batches, read by the rules."""
    found = []
    every = (*rows(LABELLED / "grounding.jsonl"), *_answers())
    for row in [row for row in every if wanted(row.get("batch", ""))]:
        base, language, question = _base(tuple(row["kb"])), row["lang"], row["question"]
        skip = no_claim_spans(row["answer"], language, NO_CLAIM)
        claims = claims_of(row["answer"], question=question, language=language, skip=skip)
        readings: list[Reading | str] = []
        for claim in stating(claims, row["answer"], question, base, None, language):
            reading = reading_of(claim, question, base, language)
            if reading is not None:
                remark = len(claims) > 1 and is_remark(claim, question, Judgement(reading.found.relation))
                readings += [] if remark else [reading]
            else:
                verdict = check_claim(claim, question, base, None, language).verdict
                readings.append("not_in_kb" if verdict == "invented" else verdict)
        batch = row.get("batch", "")
        trade = "-".join(row["id"].split("-")[: 2 if batch else 1]) if batch else row["id"].split("-")[1]
        reads = tuple((features(reading), signs(reading)) for reading in readings if isinstance(reading, Reading))
        found.append(Case(trade, language, batch, row["label"], tuple(readings), reads))
    return found


def _answers() -> Iterator[dict[str, Any]]:
    """The answers to learn from, of which those beside one knowledge base stand together."""
    for trade in rows(LABELLED / "learning" / "answers.jsonl"):
        beside = {name: trade[name] for name in ("batch", "lang", "kb")}
        yield from (beside | case for case in trade["cases"])


@lru_cache(maxsize=200)
def _base(texts: tuple[str, ...]) -> Knowledge:
    return Knowledge.from_texts(texts)


def learn(known: Sequence[Case]) -> Weighing:
    """The weights from cases of one claim, and then from the likeliest claim of each answer of several."""
    single: Rows = []
    several = []
    for case in known:
        reads, weight = case.reads, _WEIGHTS.get(case.batch, 1.0)
        if not reads or case.label not in VERDICTS:
            continue
        if len(case.readings) == 1 or case.label == "supported":
            single += [(each, VERDICTS.index(case.label), weight) for each in reads]
        else:
            several.append((reads, VERDICTS.index(case.label), weight))
    weights = _fit(single)
    for _ in range(_ROUNDS):
        likely = [
            (max(reads, key=lambda each: weights.shares(*each)[label]), label, weight)
            for reads, label, weight in several
        ]
        weights = _fit([*single, *likely])
    return weights


def _fit(known: Rows) -> Weighing:
    from scipy.sparse import csr_matrix, hstack
    from sklearn.linear_model import LogisticRegression

    names = tuple(known[0][0][0])
    table = np.array([[numbers[name] for name in names] for (numbers, _), _, _ in known])
    mean, scale = table.mean(0), table.std(0) + 1e-6
    counted = Counter(sign for (_, said), _, _ in known for sign in said)
    place = {sign: n for n, sign in enumerate(sorted(sign for sign, n in counted.items() if n >= _FEWEST))}
    at = [(row, place[sign]) for row, ((_, said), _, _) in enumerate(known) for sign in said if sign in place]
    rows_, columns = zip(*at, strict=True)
    said_ = csr_matrix((np.full(len(at), _SIGN), (rows_, columns)), (len(known), len(place)))
    model = LogisticRegression(C=1 / _SHRINK, max_iter=400)
    model.fit(
        hstack([csr_matrix((table - mean) / scale), said_]).tocsr(),
        [label for _, label, _ in known],
        sample_weight=[weight for *_, weight in known],
    )
    learnt = [*model.coef_.T[: len(names)], model.intercept_]
    of_signs = {sign: _three(_SIGN * model.coef_[:, len(names) + n]) for sign, n in place.items()}
    return Weighing(names, tuple(map(float, mean)), tuple(map(float, scale)), tuple(map(_three, learnt)), of_signs)


def _three(row: NDArray[np.float64]) -> tuple[float, float, float]:
    first, second, third = map(float, row)
    return first, second, third


def verdict(case: Case, weights: Weighing | None) -> tuple[str, bool]:
    """The worst verdict of an answer, by the rules alone where there are no weights; and whether it is exact."""
    said, exact = [], False
    for reading in case.readings:
        if isinstance(reading, str):
            said.append("contradicted" if reading == "stale" else reading)
            continue
        found = reading.found if weights is None else decide(reading, weights)
        said.append(found.relation)
        exact = exact or (found.relation == "contradicted" and found.exact)
    return (min(said, key=_WORST.index) if said else "no_claim"), exact


def left_out(known: Sequence[Case], key: Callable[[Case], str]) -> list[tuple[Case, str, bool]]:
    """Each case judged by weights that were learned without its group."""
    found = []
    for group in sorted({key(case) for case in known}):
        weights = learn([case for case in known if key(case) != group])
        found += [(case, *verdict(case, weights)) for case in known if key(case) == group]
    return found


def main() -> None:
    """Print what the weights are worth, or write them."""
    measures = {*HELD_OUT, *HARDER, *CLASSIC, *WHOLE, *ORDINARY, *LIKE_A_DESKS}
    known = cases(lambda batch: batch not in measures)
    if "--write" in sys.argv:
        _write(learn(known))
        return
    table = [_line("rules alone", [(case, *verdict(case, None)) for case in known])]
    place = {trade: n for n, trade in enumerate(sorted({case.trade for case in known}))}
    table.append(
        _line("weighed, a fifth of the trades left out", left_out(known, lambda case: str(place[case.trade] % _FOLDS)))
    )
    table.append(_line("weighed, a language left out", left_out(known, lambda case: case.language)))
    kept = {
        "never learned from": HELD_OUT,
        "harder, never learned from": HARDER,
        "classic, never learned from": CLASSIC,
        "whole replies, never learned from": WHOLE,
        "ordinary, never learned from": ORDINARY,
        "like a desk's own, never learned from": LIKE_A_DESKS,
    }
    for name, batches in kept.items():
        table.append(_line(name, [(case, *verdict(case, weighing())) for case in cases(batches.__contains__)]))
    show("Accuracy by batch, recall and exact precision and cover of contradictions in later batches", table)


def _write(found: Weighing) -> None:
    data: dict[str, Any] = {
        "names": found.names, "mean": [round(v, 5) for v in found.mean], "scale": [round(v, 5) for v in found.scale],
        "coefficients": [[round(v, 4) for v in row] for row in found.coefficients],
    }  # fmt: skip
    NUMBERS.write_text(json.dumps(data) + "\n", encoding="utf-8")
    step = max(abs(v) for row in found.of_signs.values() for v in row) / _LARGEST
    whole = {sign: [round(v / step) for v in row] for sign, row in sorted(found.of_signs.items())}
    lines = [f"{step:.6f}", *(f"{sign}\t" + "\t".join(map(str, row)) for sign, row in whole.items() if any(row))]
    SIGNS.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _line(name: str, judged: Sequence[tuple[Case, str, bool]]) -> dict[str, object]:
    line: dict[str, object] = {"verdicts": name}
    for batch in sorted({case.batch for case, _, _ in judged}):
        right = [said == case.label for case, said, _ in judged if case.batch == batch]
        line[batch or "first"] = sum(right) / len(right)
    later = [(case, said, exact) for case, said, exact in judged if case.batch]
    wrong = [(said, exact) for case, said, exact in later if case.label == "contradicted"]
    sure = [case.label == "contradicted" for case, _, exact in later if exact]
    line["later"] = sum(said == case.label for case, said, _ in later) / len(later)
    line["recall"] = sum(said == "contradicted" for said, _ in wrong) / len(wrong)
    line["exact P"] = sum(sure) / max(1, len(sure))
    line["exact cover"] = sum(sure) / len(wrong)
    line["unsure"] = sum(said == "unsure" for _, said, _ in later) / len(later)
    return line


if __name__ == "__main__":
    main()
