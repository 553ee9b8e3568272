"""The questions that reviewers answer, as data: answers, which count as a yes, and what the machine says to each."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import msgspec

from evalkit.errors import InputError, near_match
from evalkit.store.facts import Facts

UNSURE = "unsure"
"""The label of a reviewer who cannot tell; it needs a reason and stays out of rates and agreement."""
Scale = Literal["nominal", "ordinal"]


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question: its answers stand on the keys 1, 2, 3 …"""

    id: str
    answers: tuple[str, ...]
    positive: tuple[str, ...]
    scale: Scale = "nominal"
    fact: str | None = None
    machine_positive: tuple[int | str, ...] = ()
    rules: tuple[str, ...] = ()
    judge: tuple[str, ...] = ()
    """The LLM judge's questions that ask the same; a good answer is a yes."""

    def is_positive(self, label: str) -> bool | None:
        """Whether a label is a yes; None for unsure."""
        return None if label == UNSURE else label in self.positive

    def machine(self, row: Facts) -> bool | None:
        """The machine's own yes or no, None where it said nothing."""
        value = getattr(row, self.fact) if self.fact else None
        return None if value is None else value in self.machine_positive

    def claims_no(self, rule: str) -> bool:
        """Whether a finding of this rule says that the answer is no."""
        return any(
            rule.startswith(start) and (not start[-1:].isalpha() or rule[len(start) :][:1].isdigit())
            for start in self.rules
        )


class _Book(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    questions: tuple[Question, ...]
    default: tuple[str, ...]


@cache
def _book() -> _Book:
    import yaml

    data: Any = yaml.safe_load(files("evalkit.review").joinpath("data/questions.yaml").read_text("utf-8"))
    return msgspec.convert(data, _Book)


def asked_of_both() -> dict[str, Question]:
    """The people's question beside each question of the judge that asks the same."""
    return {judged: question for question in _book().questions for judged in question.judge}


def questions(ids: Iterable[str] = ()) -> tuple[Question, ...]:
    """The named questions in their order, or those of a usual batch.

    Raises: InputError for an unknown one, with the near match.

    >>> [q.id for q in questions()]
    ['resolved', 'correct', 'handover', 'satisfied']
    """
    book = _book()
    known = {question.id: question for question in book.questions}
    wanted = tuple(ids) or book.default
    for name in wanted:
        if name not in known:
            raise InputError(f"no review question '{name}'{near_match(name, tuple(known))} (known: {', '.join(known)})")
    return tuple(known[name] for name in wanted)
