"""What only the transcripts of the desk tell: how much depends on who answers, and what became of the AI's drafts.

No agent is ever shown: a number stands for a group of at least five.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import sqrt

from evalkit.comparison.people import by_stratum
from evalkit.model import Conversation, Data
from evalkit.store.facts import Facts
from evalkit.text.normalise import comparable

LEAST_AGENTS = 5
_LEAST_EACH = 5
_NEARLY = 0.9


@dataclass(frozen=True, slots=True)
class Spread:
    """How far agents differ beyond chance, on the same questions: the standard deviation of their true rates."""

    n_agents: int
    n: int
    sd_rate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class WeekSpread:
    """The spread of one week."""

    week: str
    spread: Spread


@dataclass(frozen=True, slots=True)
class Drafts:
    """What became of the replies that the AI suggested; `likeness_rate` is the mean likeness of draft and sent text."""

    n: int
    n_sent_as_is: int
    n_nearly: int
    n_rewritten: int
    likeness_rate: float


def agent_of(talk: Conversation) -> str | None:
    """The pseudonym of the person who wrote most of the replies, None where none is known."""
    said: dict[str, int] = {}
    for turn in talk.turns:
        if turn.role == "human" and turn.author_key:
            said[turn.author_key] = said.get(turn.author_key, 0) + 1
    return max(sorted(said), key=lambda name: said[name]) if said else None


def spread(rows: Sequence[Facts], agents: Mapping[str, str]) -> Spread | None:
    """How far agents differ in what they solve, None below five agents with five conversations each.

    Each agent is held against what the desk as a whole solves of the same topics, channels and languages.
    Source: method of moments for the variance between groups, DerSimonian & Laird 1986; interval by the chi-square of
    Cochran's Q.
    """
    from scipy.stats import chi2

    known = [row for row in rows if row.error is None and row.solved is not None and row.conversation_id in agents]
    usual = {stratum: sum(values) / len(values) for stratum, values in by_stratum(known, lambda r: r.solved).items()}
    groups: dict[str, list[tuple[float, float]]] = {}
    for row in known:
        rate = usual[(row.topic or "", row.channel, row.language or "")]
        groups.setdefault(agents[row.conversation_id], []).append(((row.solved or 0) - rate, rate * (1 - rate)))
    groups = {name: values for name, values in groups.items() if len(values) >= _LEAST_EACH}
    if len(groups) < LEAST_AGENTS:
        return None
    n = sum(map(len, groups.values()))
    noise = sum(v for values in groups.values() for _, v in values) / n
    if noise <= 0:
        return Spread(len(groups), n, 0.0, 0.0, 0.0)
    weights = {name: len(values) / noise for name, values in groups.items()}
    means = {name: sum(d for d, _ in values) / len(values) for name, values in groups.items()}
    total = sum(weights.values())
    centre = sum(weights[name] * means[name] for name in groups) / total
    q = sum(weights[name] * (means[name] - centre) ** 2 for name in groups)
    scale = total - sum(w * w for w in weights.values()) / total
    df = len(groups) - 1
    # Q grows as (df + tau² · scale): its chi-square limits give those of tau².
    low, high = (float(chi2.ppf(p, df)) for p in (0.975, 0.025))
    return Spread(
        len(groups), n, _tau(q - df, scale), _tau(df * (q / low - 1), scale), _tau(df * (q / high - 1), scale)
    )  # fmt: skip


def weekly_spread(rows: Sequence[Facts], agents: Mapping[str, str]) -> list[WeekSpread]:
    """The spread week by week, weeks with too few agents left out."""
    weeks: dict[str, list[Facts]] = {}
    for row in rows:
        if row.week is not None:
            weeks.setdefault(row.week, []).append(row)
    found = ((week, spread(weeks[week], agents)) for week in sorted(weeks))
    return [WeekSpread(week, one) for week, one in found if one is not None]


def drafts(talks: Iterable[Conversation]) -> Drafts | None:
    """What became of the AI's drafts, None where there are none."""
    from rapidfuzz.fuzz import ratio

    likeness = [
        ratio(comparable(turn.draft), comparable(turn.text)) / 100
        for talk in talks
        for turn in talk.turns
        if turn.role == "human" and turn.draft is not None
    ]
    if not likeness:
        return None
    as_is = sum(x == 1 for x in likeness)
    nearly = sum(_NEARLY <= x < 1 for x in likeness)
    return Drafts(len(likeness), as_is, nearly, len(likeness) - as_is - nearly, sum(likeness) / len(likeness))


def desk_details(rows: Sequence[Facts], talks: Iterable[Conversation]) -> Data:
    """The plain account of spread, its trend and the drafts, for `Comparison.details`; reads the talks once."""
    agents: dict[str, str] = {}
    drafted: list[Conversation] = []
    for talk in talks:
        if talk.handled_by == "human" and (agent := agent_of(talk)) is not None:
            agents[talk.id] = agent
        if any(turn.draft is not None for turn in talk.turns):
            drafted.append(talk)
    people = [row for row in rows if row.handled_by == "human"]
    found: Data = {}
    if (whole := spread(people, agents)) is not None:
        found["agents"] = asdict(whole)
        found["agents_by_week"] = [{"week": w.week, **asdict(w.spread)} for w in weekly_spread(people, agents)]
    if (made := drafts(drafted)) is not None:
        found["drafts"] = asdict(made)
    return found


def _tau(excess: float, scale: float) -> float:
    return sqrt(max(0.0, excess) / scale) if scale > 0 else 0.0
