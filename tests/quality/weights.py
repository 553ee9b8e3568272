"""Learns the weights of `evalkit.language.evidence` from all labelled messages, and tells what they are worth.

`python -m tests.quality.weights` prints, for each batch of conversations left out in turn, F1 of the rules alone and
with the weights; `python -m tests.quality.weights --write` learns from everything and writes the file.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml

import evalkit.language
from evalkit.language import evidence
from evalkit.language.lexicons import present, scan
from tests.quality.measures import LABELLED, f1, rows, show

DECISIONS = {
    "customer": ("ask_for_human",),
    "bot": ("handoff_announcement",),
}
OUT = Path(evalkit.language.__file__).parent / "data" / "weights.json"
_PASSES, _RATE, _SHRINK = 30, 0.3, 3e-4
_SMALL = 0.1
_POSITIVE = 2.0


class Bag(NamedTuple):
    """Messages of which, when `truth`, at least one says it, and otherwise none."""

    batch: str
    language: str
    texts: tuple[str, ...]
    truth: bool


def bags(side: str, category: str) -> list[Bag]:
    """The labelled bags of one decision: conversations' messages, and single messages of the phrase lists' tests."""
    found = list(_of_conversations(category))
    for path in sorted((LABELLED / "lexicons").glob("*.yaml")):
        for name, marked in yaml.safe_load(path.read_text("utf-8")).items():
            if not isinstance(marked, dict):
                continue
            if name == category or name in DECISIONS[side] or (side == "customer") == (name not in _BOT_NAMES):
                truth = name == category
                # What is near to another category may well say this one.
                near = marked.get("no", ()) if truth else ()
                if truth or not {name, category} <= _KIN:
                    found += [Bag("phrases", path.stem, (str(text),), truth) for text in marked.get("yes", ())]
                found += [Bag("phrases", path.stem, (str(text),), False) for text in near]
    return found


_BOT_NAMES = frozenset({"ai_disclosure", "human_claim", "disclosure", "handoff_announcement"})
_KIN = frozenset({"anger_frustration", "complaint", "repeat_self", "legal_threat", "ask_for_human"})
"""Categories that one message often says together."""


def _of_conversations(category: str) -> Iterable[Bag]:
    for row in rows(LABELLED / "conversations.jsonl"):
        batch, gold, turns = str(row["id"]).split("-")[1], row["gold"], row["turns"]

        def bag(chosen: Iterable[int], truth: bool) -> Bag:
            return Bag(batch, row["language"], tuple(turns[n]["text"] for n in chosen), truth)  # noqa: B023

        customer = [n for n, turn in enumerate(turns) if turn["role"] == "customer"]
        bot = [n for n, turn in enumerate(turns) if turn["role"] == "bot"]
        if category == "ask_for_human":
            asked = {turn for id_, turn in gold["triggers"] if id_ in {"E01", "E02"}}
            if not gold["asked_for_human"] or asked:
                for n in customer:
                    yield bag([n], n in asked)
        elif category == "handoff_announcement":
            for n in bot:
                yield bag([n], n == gold["handover_turn"])
        else:
            # Who is angry later opens with a plain report of trouble, so the opening teaches only where it is all.
            yield bag(customer[1:] or customer, gold["frustrated"])
            if not gold["frustrated"]:
                yield bag(customer[:1], False)


class Learnt(NamedTuple):
    """Weights by feature."""

    weights: dict[str, float]
    start: float

    def score(self, signs: Sequence[str]) -> float:
        """The weight of the evidence, above 0 for yes."""
        total = sum(self.weights.get(sign, 0.0) for sign in signs)
        return total / float(len(signs)) ** 0.5 + self.start


def signs_of(text: str, language: str, side: Any) -> list[str]:
    """The features of one message; none where it holds no known word."""
    names, length = present(text, language, side)
    return list(evidence.features(text, names, length))


def learn(found: list[tuple[list[list[str]], bool]]) -> Learnt:
    """Logistic regression by adaptive gradient steps, on the message of each bag that says it most."""
    index: dict[str, int] = {}
    held = [
        ([np.array([index.setdefault(s, len(index)) for s in signs]) for signs in texts], truth)
        for texts, truth in found
        if texts
    ]
    weights, past = np.zeros(len(index) + 1), np.full(len(index) + 1, 1e-8)
    chance = np.random.default_rng(0)
    for _ in range(_PASSES):
        for number in chance.permutation(len(held)):
            texts, truth = held[number]
            sums = [weights[ids].sum() * len(ids) ** -0.5 + weights[-1] for ids in texts]
            best = int(np.argmax(sums))
            ids, scale = texts[best], len(texts[best]) ** -0.5
            off = (1 / (1 + np.exp(-sums[best])) - truth) * (_POSITIVE if truth else 1.0)
            slope = off * scale + _SHRINK * weights[ids]
            past[ids] += slope**2
            weights[ids] -= _RATE * slope / np.sqrt(past[ids])
            past[-1] += off**2
            weights[-1] -= _RATE * off / np.sqrt(past[-1])
    return Learnt({sign: float(weights[n]) for sign, n in index.items()}, float(weights[-1]))


def main(write: bool) -> None:
    """Print what the weights are worth on batches left out; with `write`, learn from everything."""
    out: dict[str, dict[str, dict[str, float]]] = {"customer": {}, "bot": {}}
    table: list[dict[str, object]] = []
    for side, decisions in DECISIONS.items():
        for category in decisions:
            known = bags(side, category)
            signs = [[signs_of(text, bag.language, side) for text in bag.texts] for bag in known]
            if write:
                learnt = learn(list(zip(signs, [bag.truth for bag in known], strict=True)))
                kept = {s: round(w, 2) for s, w in sorted(learnt.weights.items()) if abs(w) > _SMALL}
                out[side][category] = {"start": round(learnt.start, 2), **kept}
                continue
            table.append({"decision": category, **_left_out(side, category, known, signs)})
    if write:
        OUT.write_text(json.dumps(out, indent=0, ensure_ascii=False) + "\n", "utf-8")
    else:
        show("Rules / weights / both, F1 on the batch left out", table)


def _left_out(side: Any, category: str, known: list[Bag], signs: list[list[list[str]]]) -> dict[str, object]:
    told: dict[str, list[tuple[bool, bool, bool]]] = defaultdict(list)
    for batch in sorted({bag.batch for bag in known} - {"phrases"}):
        learnt = learn([(s, bag.truth) for s, bag in zip(signs, known, strict=True) if bag.batch != batch])
        for texts, bag in zip(signs, known, strict=True):
            if bag.batch == batch:
                rule = any(
                    h.category == category and not h.weak and not h.negated
                    for text in bag.texts
                    for h in scan(text, bag.language, side, weigh=False)
                )
                row = (rule, any(learnt.score(s) > 0 for s in texts), bag.truth)
                told[batch].append(row)
                told[bag.language].append(row)
    return {
        key: " ".join(
            f"{f1([(said, truth) for said, truth in pairs]):.2f}".lstrip("0")
            for pairs in (
                [(a, t) for a, _, t in found],
                [(b, t) for _, b, t in found],
                [(a or b, t) for a, b, t in found],
            )
        )
        for key, found in told.items()
    }


if __name__ == "__main__":
    main("--write" in sys.argv[1:])
