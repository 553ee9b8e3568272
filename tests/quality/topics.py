"""`python -m tests.quality.topics`: do like requests share a topic, across languages too, and stay apart from others?"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

from evalkit.model import Conversation, Turn
from evalkit.suites.loading import load_suites
from evalkit.topics.finding import OTHER, Asked, asked, find_topics
from tests.quality.measures import outside

_ROOT = Path(__file__).parents[2]
_NO_SUBJECT = frozenset({"safety", "out_of_scope", "general", "vulnerable", "human"})
"""Intents that say how a message is to be treated, not what it is about."""
_FEWEST = 12

Labelled = tuple[Asked, str]


def main() -> int:
    """Print both measurements."""
    _across_languages(list(_questions()))
    if public := list(_requests()):
        _by_domain(public)
    return 0


def _across_languages(held: Sequence[Labelled]) -> None:
    of = find_topics([one for one, _ in held]).of
    groups = _grouped(held, of)
    n = sum(map(len, groups.values()))
    told = Counter[bool]()
    for (left, a), (right, b) in combinations(held, 2):
        if a == b and left.language != right.language:
            told[of[left.conversation_id] == of[right.conversation_id] != OTHER] += 1
    alone = sum(len(group) for group in groups.values() if len({one.language for one, _ in group}) == 1)
    print(
        f"suites: {len(held)} questions, {len({label for _, label in held})} intents, six languages; {len(groups)} groups,"
        f" {len(held) - n} in none; {_most(groups) / n:.1%} with mostly their intent, {alone / n:.1%} in a group of one"
        f" language; {told[True] / told.total():.1%} of the pairs of one intent in two languages share a group"
    )


def _by_domain(held: Sequence[Labelled]) -> None:
    groups = _grouped(held, find_topics([one for one, _ in held]).of)
    share = _most(groups) / sum(map(len, groups.values()))
    print(f"public requests: {len(held)} in {len(groups)} groups; {share:.1%} with mostly their own domain")


def _grouped(held: Sequence[Labelled], of: dict[str, str]) -> dict[str, list[Labelled]]:
    groups: dict[str, list[Labelled]] = defaultdict(list)
    for one, label in held:
        groups[of[one.conversation_id]].append((one, label))
    groups.pop(OTHER, None)
    return groups


def _most(groups: dict[str, list[Labelled]]) -> int:
    return sum(max(Counter(label for _, label in group).values()) for group in groups.values())


def _questions() -> Iterator[Labelled]:
    found: dict[str, Labelled] = {}
    for suite in load_suites(sorted((_ROOT / "suites").rglob("*.yaml"))):
        for case in suite.cases:
            first = next((line.text for line in case.customer.lines if line.text), None) or case.customer.facts.get(
                "wish"
            )
            if first and case.intent and case.language:
                found.setdefault(first, (Asked(first, first, None, "chat", case.language), case.intent))
    sizes = Counter(label for _, label in found.values())
    yield from (
        (one, label) for one, label in found.values() if sizes[label] >= _FEWEST and label not in _NO_SUBJECT
    )  # fmt: skip


def _requests() -> Iterator[Labelled]:
    for name in ("tau_traj", "stc3_en"):
        for row in outside(name) or ():
            said = [turn for turn in row["turns"] if turn["role"] in {"customer", "agent"}]
            turns = tuple(
                Turn(role="customer" if turn["role"] == "customer" else "bot", text=turn.get("text", "")) for turn in said
            )  # fmt: skip
            one = asked(Conversation(id=f"{name}-{row['id']}", turns=turns, language="en"))
            if one is not None:
                yield one, str(row.get("domain", name)).split("_")[0]


if __name__ == "__main__":
    raise SystemExit(main())
