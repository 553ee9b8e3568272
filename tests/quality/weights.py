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
from evalkit.scorers.reading import Reading
from evalkit.scorers.surroundings import around
from evalkit.transcripts import conversation_of
from tests.quality.measures import LABELLED, f1, rows, show

DECISIONS = {
    "customer": ("ask_for_human",),
    "bot": ("handoff_announcement",),
}
PLACED = {
    "asks_for_person": ("customer", "ask_for_human"),
    "frustrated": ("customer", "anger_frustration"),
    "thanked": ("customer", "thanks_satisfaction"),
    "confirms": ("customer", "thanks_satisfaction"),
    "denies": ("customer", "not_resolved"),
    "hands_over": ("bot", "handoff_announcement"),
}
"""What is decided of a turn between others, with its side and the category of single messages that teaches it too."""
OUT = Path(evalkit.language.__file__).parent / "data" / "weights.json"
_PASSES, _RATE, _SHRINK = 30, 0.3, 3e-4
_SMALL = 0.4
_POSITIVE = 2.0


class Bag(NamedTuple):
    """Messages of which, when `truth`, at least one says it, and otherwise none."""

    batch: str
    language: str
    texts: tuple[str, ...]
    truth: bool


def bags(side: str, category: str) -> list[Bag]:
    """The labelled bags of one decision: conversations' messages, and single messages of the phrase lists' tests."""
    found = [*_of_conversations(category), *_written(category)]
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


def _written(category: str) -> Iterable[Bag]:
    """Messages that were written to learn from, near misses beside them."""
    for path in sorted((LABELLED / "learning").rglob("*.yaml")):
        for label, texts in yaml.safe_load(path.read_text("utf-8")).get(category, {}).items():
            # YAML 1.1 reads a bare yes or no as a truth value.
            yield from (Bag("written", path.stem, (str(text),), label in (True, "yes")) for text in texts)


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
        return float(total * len(signs) ** -0.5 + self.start)


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


_RUNGS = {"confirms": "resolved_confirmed", "denies": "unresolved_explicit"}


def placed_bags(name: str) -> list[tuple[str, str, list[list[str]], bool]]:
    """Batch, language, the signs of each message and the truth, of conversations and of single messages."""
    side, category = PLACED[name]
    found = [
        (bag.batch, bag.language, [signs_of(text, bag.language, side) for text in bag.texts], bag.truth)
        for bag in bags(side, category)
        if bag.batch in {"phrases", "written"}
    ]
    if side == "bot":
        found += _plain_answers()
    for row in rows(LABELLED / "conversations.jsonl"):
        reading = Reading(conversation_of(row["turns"], language=row["language"]))
        batch = str(row["id"]).split("-")[1]
        for chosen, truth in _turns_of(name, row["gold"], reading):
            found.append((batch, row["language"], [_placed_signs(reading, n) for n in chosen], truth))
    return found


def _plain_answers() -> list[tuple[str, str, list[list[str]], bool]]:
    """Answers from a knowledge base, which hand nobody over."""
    found = []
    for row in rows(LABELLED / "grounding.jsonl"):
        turns = [{"role": "customer", "text": row["question"]}, {"role": "bot", "text": row["answer"]}]
        reading = Reading(conversation_of(turns, language=row["lang"]))
        if not reading.signals(1, "handoff_announcement", "mentions_staff", "promises_contact"):
            found.append(("phrases", row["lang"], [_placed_signs(reading, 1)], False))
    return found


def _turns_of(name: str, gold: dict[str, Any], reading: Reading) -> Iterable[tuple[Sequence[int], bool]]:
    if name == "hands_over":
        return [((n,), n == gold["handover_turn"]) for n in reading.bot_turns]
    mine = reading.customer_turns
    if name == "asks_for_person":
        asked = {turn for id_, turn in gold["triggers"] if id_ in {"E01", "E02"}}
        return [((n,), n in asked) for n in mine] if asked or not gold["asked_for_human"] else []
    if name in _RUNGS:
        return [(mine[-1:], gold["outcome"] == _RUNGS[name])] if len(mine) > 1 else []
    if not mine:
        return []
    if name == "frustrated" and gold["frustrated"] and gold["thanked"] and len(mine) > 1:
        # Anger came before the thanks.
        return [(mine[:-1], True), (mine[-1:], False)]
    # Who is angry or thankful later opens with a plain request, so the opening teaches only where it is all.
    opening = [] if gold[name] or len(mine) < 2 else [(mine[:1], False)]
    return [(mine[1:] or mine, bool(gold[name])), *opening]


def _placed_signs(reading: Reading, turn: int) -> list[str]:
    said, seen = reading.conversation.turns[turn], reading.heard(turn)
    return evidence.placed(said.text, seen.names, seen.n_words, around(reading, turn))


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
    for name, (side, _) in PLACED.items():
        everything = placed_bags(name)
        if write:
            learnt = learn([(signs, truth) for _, _, signs, truth in everything])
            kept = {s: round(w, 2) for s, w in sorted(learnt.weights.items()) if abs(w) > _SMALL}
            out.setdefault(f"{side} in context", {})[name] = {"start": round(learnt.start, 2), **kept}
            continue
        table.append({"decision": f"{name}, in context", **_placed_left_out(everything)})
    if write:
        OUT.write_text(json.dumps(out, indent=0, ensure_ascii=False) + "\n", "utf-8")
    else:
        show("Rules / weights / both, F1 on the batch left out", table)


def _placed_left_out(known: list[tuple[str, str, list[list[str]], bool]]) -> dict[str, object]:
    told: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for batch in sorted({batch for batch, *_ in known} - {"phrases", "written"}):
        learnt = learn([(signs, truth) for other, _, signs, truth in known if other != batch])
        for other, language, signs, truth in known:
            if other == batch:
                row = (any(learnt.score(s) > 0 for s in signs), truth)
                told[batch].append(row)
                told[language].append(row)
    return {key: f"{f1(pairs):.2f}".lstrip("0") for key, pairs in told.items()}


def _left_out(side: Any, category: str, known: list[Bag], signs: list[list[list[str]]]) -> dict[str, object]:
    told: dict[str, list[tuple[bool, bool, bool]]] = defaultdict(list)
    for batch in sorted({bag.batch for bag in known} - {"phrases", "written"}):
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
