"""What judging would take, told before a cent is spent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evalkit.judge.asking import grouped
from evalkit.judge.provider import JudgeSettings
from evalkit.judge.questions import Question

_CHARACTERS_A_TOKEN = 4
_TOKENS_AN_ANSWER = 40


@dataclass(frozen=True, slots=True)
class Plan:
    """What judging would take: shown by `--dry-run`."""

    n_conversations: int
    n_calls: int
    tokens_in: int
    tokens_out: int
    cost_eur: float


def plan(
    lengths: Iterable[int],
    questions: Sequence[Question],
    settings: JudgeSettings,
    *,
    evidence: Mapping[str, int] | None = None,
) -> Plan:
    """The number of calls and their price for transcripts of these lengths in characters, at four a token.

    `evidence` is how many characters each kind of evidence adds to a call at most. An upper bound: answers that the
    cache holds cost nothing.
    """
    n, characters = 0, 0
    for length in lengths:
        n += 1
        characters += length
    together = grouped(questions)
    groups = len(together)
    beside = sum((evidence or {}).get(kind, 0) for group in together for kind in group[0].evidence)
    overhead = beside + sum(len(question.wording("en")) + 80 for question in questions) + 900 * groups
    tokens_in = (characters * groups + overhead * n) * settings.repeats // _CHARACTERS_A_TOKEN
    tokens_out = _TOKENS_AN_ANSWER * len(questions) * n * settings.repeats
    cost = (tokens_in * settings.price_in_eur + tokens_out * settings.price_out_eur) / 1_000_000
    return Plan(n, n * groups * settings.repeats, tokens_in, tokens_out, cost)
