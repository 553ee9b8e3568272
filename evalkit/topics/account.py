"""How much is asked of what, who should answer it, and whether an article and a test cover it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from evalkit.knowledge import Knowledge
from evalkit.knowledge.judgements import knows_answer
from evalkit.model import Case
from evalkit.policy.sections import Policy
from evalkit.stats import wilson
from evalkit.store.facts import Facts
from evalkit.text.counted import counted
from evalkit.topics.finding import OTHER, Asked, Topics, typical

SHARES = (0.6, 0.8)
"""Shares of the conversations for which the account says how many topics make them."""
_ASKED_OF_KB = 15
"""Requests of a cell that the knowledge base is asked; the most telling answer in a second, the rest tell no more."""
_HUMAN_UP_TO, _HYBRID_UP_TO = 0.2, 0.9


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. `cumulative_rate` is the share of all conversations in it and the larger ones.

    `handle_minutes` is the time of people (else of the conversation), `ceiling_rate` the highest share that the bot
    should finish alone, `automated_rate` the share that it did, `over` whether it surely did more.
    """

    name: str
    n: int
    share_rate: float
    cumulative_rate: float
    handle_minutes: float | None = None
    handle_rate: float | None = None
    task_type: str | None = None
    ceiling_rate: float | None = None
    automated_rate: float | None = None
    over: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One question in one language and channel: the article that answers it, the tests that ask it, how many passed.

    `known_rate` is the share of its requests that the knowledge base plainly speaks of; None without one.
    """

    topic: str
    language: str
    channel: str
    n: int
    example: str
    article: str | None = None
    known_rate: float | None = None
    n_tests: int = 0
    n_passed: int = 0
    n_decided: int = 0


@dataclass(frozen=True, slots=True)
class Account:
    """All of it; `curve` says how many topics make 60 and 80 % of the conversations, None where even all do not."""

    releases: tuple[str, ...]
    n: int
    n_silent: int
    n_labelled: int
    sentence: str
    topics: tuple[Topic, ...]
    curve: tuple[tuple[float, int | None], ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Played:
    """The cases that stand behind a release: what each asks, and whether its last trials passed."""

    cases: Sequence[Case] = ()
    rows: Sequence[Facts] = ()


def account(
    releases: Sequence[str],
    requests: Sequence[Asked],
    topics: Topics,
    facts: Mapping[str, Facts],
    *,
    policy: Policy,
    knowledge: Knowledge | None = None,
    tests: Played | None = None,
    n_silent: int = 0,
    top: int = 20,
) -> Account:
    """The account of some releases; `facts` are those of the conversations that were scored."""
    members: dict[str, list[Asked]] = {}
    for one in requests:
        members.setdefault(topics.of[one.conversation_id], []).append(one)
    sizes = Counter({name: len(held) for name, held in members.items()})
    held_tests = tests or Played()
    by_topic = _tests_by_topic(held_tests.cases, topics, set(members))
    counted = list(_counted(sizes, members, facts, policy, by_topic))
    curve = tuple((share, _needed(counted, share)) for share in SHARES)
    cells = tuple(_cells(counted[:top], members, knowledge, held_tests, by_topic))
    sentence = _sentence(counted, len(requests), curve)
    return Account(
        tuple(releases), len(requests), n_silent, topics.n_labelled, sentence, tuple(counted), curve, cells
    )  # fmt: skip


# ---------------------------------------------------------------- volume, time and the registry


def _counted(
    sizes: Mapping[str, int],
    members: Mapping[str, Sequence[Asked]],
    facts: Mapping[str, Facts],
    policy: Policy,
    tests: Mapping[str, Sequence[Case]],
) -> Iterable[Topic]:
    total = sum(sizes.values())
    minutes = {name: _minutes([facts.get(one.conversation_id) for one in held]) for name, held in members.items()}
    spent = sum(m for m in minutes.values() if m is not None)
    running = 0
    # What is like no other is no topic: it comes last and makes no share.
    for name in sorted(sizes, key=lambda name: (name == OTHER, -sizes[name], name)):
        running += sizes[name]
        time = minutes[name]
        topic = Topic(
            name, sizes[name], sizes[name] / total, running / total, time,
            time / spent if time is not None and spent else None,
        )  # fmt: skip
        yield topic if name == OTHER else _registered(topic, members[name], facts, policy, tests.get(name, ()))


def _minutes(rows: Iterable[Facts | None]) -> float | None:
    told = [row.handle_s if row.handle_s is not None else row.duration_s for row in rows if row is not None]
    known = [seconds for seconds in told if seconds is not None]
    return sum(known) / 60 if known else None


def _registered(
    topic: Topic, members: Sequence[Asked], facts: Mapping[str, Facts], policy: Policy, tests: Sequence[Case]
) -> Topic:
    rows = [row for one in members if (row := facts.get(one.conversation_id)) is not None and row.error is None]
    said: Counter[str] = Counter(
        t for t in [*(row.task_type for row in rows), *(case.task_type for case in tests)] if t
    )
    ceilings = policy.resolution.automation_ceilings
    # A found topic has no name that the policy knows; the intents of the tests that ask the same stand in.
    intents = [topic.name, *(case.intent for case in tests if case.intent)]
    ceiling = min((ceilings[intent] for intent in intents if intent in ceilings), default=None)
    kind: str | None = None
    if said:
        kind = min(sorted(said), key=lambda t: -said[t])
    elif set(intents) & set(policy.escalation.human_intents):
        kind = "human"
    elif ceiling is not None:
        kind = "human" if ceiling <= _HUMAN_UP_TO else "hybrid" if ceiling <= _HYBRID_UP_TO else "bot"
    if ceiling is None and kind == "human":
        ceiling = 0.0
    known = [row for row in rows if row.contained is not None or row.handled_by == "human"]
    alone = sum(row.handled_by == "ai" and row.contained == 1 for row in known)
    over = ceiling is not None and bool(known) and wilson(alone, len(known)).low > ceiling
    return replace(
        topic, task_type=kind, ceiling_rate=ceiling, automated_rate=alone / len(known) if known else None, over=over
    )


def _needed(topics: Sequence[Topic], share: float) -> int | None:
    named = [topic for topic in topics if topic.name != OTHER]
    return next((number for number, topic in enumerate(named, 1) if topic.cumulative_rate >= share), None)


def _sentence(topics: Sequence[Topic], n: int, curve: Sequence[tuple[float, int | None]]) -> str:
    named = [topic for topic in topics if topic.name != OTHER]
    if not named:
        return f"{n} conversations are too few, or too unlike, to find topics."
    most = min(12, len(named))
    said = f"{counted(most, 'topic')} make {100 * named[most - 1].cumulative_rate:.0f} % of {n} conversations"
    parts = [f"{count} make {100 * share:.0f} %" for share, count in curve if count is not None and count != most]
    over = [topic.name for topic in named if topic.over]
    warned = f" Automated beyond its ceiling: {', '.join(over)}." if over else ""
    return f"{said}{'; ' if parts else ''}{', '.join(parts)}.{warned}"


# ---------------------------------------------------------------- articles and tests


def _tests_by_topic(cases: Sequence[Case], topics: Topics, known: set[str]) -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {}
    for case in cases:
        first = next((line.text for line in case.customer.lines if line.text), None) or case.customer.facts.get("wish")
        name = case.intent if case.intent in known else topics.of_text(first) if first else None
        if name is not None and name != OTHER:
            found.setdefault(name, []).append(case)
    return found


def _cells(
    topics: Sequence[Topic],
    members: Mapping[str, Sequence[Asked]],
    knowledge: Knowledge | None,
    tests: Played,
    by_topic: Mapping[str, Sequence[Case]],
) -> Iterable[Cell]:
    passed: dict[str, list[int]] = {}
    for row in tests.rows:
        if row.case_id is not None and row.error is None and row.passed is not None:
            passed.setdefault(row.case_id, []).append(row.passed)
    for topic in topics:
        if topic.name == OTHER:
            continue
        split: dict[tuple[str, str], list[Asked]] = {}
        for one in members[topic.name]:
            split.setdefault((one.language or "", one.channel), []).append(one)
        for (language, channel), held in sorted(split.items(), key=lambda item: (-len(item[1]), item[0])):
            cases = [c for c in by_topic.get(topic.name, ()) if (c.language or "", c.channel) == (language, channel)]
            trials = [trial for case in cases for trial in passed.get(case.id, ())]
            article, rate = _article([one.text for one in held], knowledge)
            yield Cell(
                topic.name, language, channel, len(held), typical([one.text for one in held]), article, rate,
                len(cases), sum(trials), len(trials),
            )  # fmt: skip


def _article(texts: Sequence[str], knowledge: Knowledge | None) -> tuple[str | None, float | None]:
    if knowledge is None:
        return None, None
    ordered = sorted(texts)
    chosen = ordered[:: max(1, len(ordered) // _ASKED_OF_KB)][:_ASKED_OF_KB]
    known = [found.document_id for text in chosen if (found := knows_answer(text, knowledge, None)) is not None]
    told = Counter(id_ for id_ in known if id_)
    article = min(told, key=lambda id_: (-told[id_], id_)) if told else None
    return article, len(known) / len(chosen)
