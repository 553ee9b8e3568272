"""Learns the weights of `evalkit.knowledge.deciding` from the labelled cases, and tells what they are worth.

`python -m tests.quality.verdicts` prints accuracy of the rules alone and weighed, each trade left out in turn and each
language; `python -m tests.quality.verdicts --write` learns from everything and writes the file.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
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
from evalkit.knowledge.deciding import VERDICTS, Weighing, decide
from evalkit.knowledge.features import Reading, features
from evalkit.knowledge.judgements import Judgement, check_claim, is_remark, reading_of
from tests.quality.measures import LABELLED, rows, show

OUT = Path(evalkit.knowledge.__file__).parent / "data" / "verdict_weights.json"
_SHRINK, _ROUNDS = 30.0, 2
_WEIGHTS = {
    "": 0.1, "other trades": 0.1, "third trades": 0.1, "fourth trades": 0.1, "fifth trades": 0.3,
    "fifth trades, amounts": 0.3, "sixth trades": 0.5,
}  # fmt: skip
"""Rules were written in view of these batches, where their word is right more often than it is elsewhere."""
_WORST = ("contradicted", "not_in_kb", "unsure", "supported")
Rows = list[tuple[dict[str, float], int, float]]


@dataclass(frozen=True, slots=True)
class Case:
    """A labelled answer: its trade, and of each claim the reading, or the verdict that needs none."""

    trade: str
    language: str
    batch: str
    label: str
    readings: tuple[Reading | str, ...]
    numbers: tuple[dict[str, float], ...]
    """Of each reading, what the weights weigh."""


def cases() -> list[Case]:
    """The labelled cases, read by the rules."""
    found = []
    for row in rows(LABELLED / "grounding.jsonl"):
        base, language, question = _base(tuple(row["kb"])), row["lang"], row["question"]
        skip = no_claim_spans(row["answer"], language, NO_CLAIM)
        claims = claims_of(row["answer"], question=question, language=language, skip=skip)
        readings: list[Reading | str] = []
        for claim in claims:
            reading = reading_of(claim, question, base, language)
            if reading is not None:
                remark = len(claims) > 1 and is_remark(claim, question, Judgement(reading.found.relation))
                readings += [] if remark else [reading]
            else:
                verdict = check_claim(claim, question, base, None, language).verdict
                readings.append("not_in_kb" if verdict == "invented" else verdict)
        batch = row.get("batch", "")
        trade = "-".join(row["id"].split("-")[: 2 if batch else 1]) if batch else row["id"].split("-")[1]
        numbers = tuple(features(reading) for reading in readings if isinstance(reading, Reading))
        found.append(Case(trade, language, batch, row["label"], tuple(readings), numbers))
    return found


@lru_cache(maxsize=200)
def _base(texts: tuple[str, ...]) -> Knowledge:
    return Knowledge.from_texts(texts)


def learn(known: Sequence[Case]) -> Weighing:
    """The weights from cases of one claim, and then from the likeliest claim of each answer of several."""
    single: Rows = []
    several = []
    for case in known:
        numbers, weight = case.numbers, _WEIGHTS.get(case.batch, 1.0)
        if not numbers or case.label not in VERDICTS:
            continue
        if len(case.readings) == 1 or case.label == "supported":
            single += [(each, VERDICTS.index(case.label), weight) for each in numbers]
        else:
            several.append((numbers, VERDICTS.index(case.label), weight))
    weights = _fit(single)
    for _ in range(_ROUNDS):
        likely = [
            (max(numbers, key=lambda each: weights.shares(each)[label]), label, weight)
            for numbers, label, weight in several
        ]
        weights = _fit([*single, *likely])
    return weights


def _fit(known: Rows) -> Weighing:
    from scipy.optimize import minimize

    names = tuple(known[0][0])
    table = np.array([[numbers[name] for name in names] for numbers, _, _ in known])
    mean, scale = table.mean(0), table.std(0) + 1e-6
    inputs = np.hstack([(table - mean) / scale, np.ones((len(known), 1))])
    truth = np.eye(len(VERDICTS))[[label for _, label, _ in known]]
    importance = np.array([weight for *_, weight in known])[:, None]
    shape = (inputs.shape[1], len(VERDICTS))

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        rows_ = flat.reshape(shape)
        sums = inputs @ rows_
        sums -= sums.max(1, keepdims=True)
        logs = sums - np.log(np.exp(sums).sum(1, keepdims=True))
        slope = inputs.T @ ((np.exp(logs) - truth) * importance)
        slope[:-1] += _SHRINK * rows_[:-1]
        return float(-(importance * truth * logs).sum() + _SHRINK / 2 * (rows_[:-1] ** 2).sum()), slope.ravel()

    flat = minimize(loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options={"maxiter": 400}).x
    rows_ = tuple(tuple(map(float, row)) for row in flat.reshape(shape))
    return Weighing(names, tuple(map(float, mean)), tuple(map(float, scale)), rows_)  # type: ignore[arg-type]


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
    known = cases()
    if "--write" in sys.argv:
        found = learn(known)
        data: dict[str, Any] = {
            "names": found.names, "mean": [round(v, 5) for v in found.mean], "scale": [round(v, 5) for v in found.scale],
            "coefficients": [[round(v, 4) for v in row] for row in found.coefficients],
        }  # fmt: skip
        OUT.write_text(json.dumps(data) + "\n", encoding="utf-8")
        return
    table = [_line("rules alone", [(case, *verdict(case, None)) for case in known])]
    table.append(_line("weighed, a trade left out", left_out(known, lambda case: case.trade)))
    table.append(_line("weighed, a language left out", left_out(known, lambda case: case.language)))
    show("Accuracy by batch, recall and exact precision and cover of contradictions in later batches", table)


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
