"""The conformance checks hold the built-ins, and catch what breaks a promise."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from evalkit import plugins
from evalkit.bots.python import PythonBot
from evalkit.model import Finding, Score, ScorerSpec
from evalkit.scoring import build_scorers
from evalkit.testing import check_bot, check_scorer

ALONE = [
    name
    for name in plugins.names("scorers")
    if not plugins.load("scorers", name).needs and plugins.load("scorers", name).scope == "conversation"
]


@pytest.mark.parametrize("name", ALONE)
def test_each_built_in_scorer_keeps_its_promises(name: str) -> None:
    check_scorer(build_scorers([ScorerSpec(name=name)])[0])


class Broken:
    name: ClassVar[str] = "broken"
    version: ClassVar[str] = "1"
    reads: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ()
    scope: ClassVar[Any] = "conversation"

    def score(self, conversation: Any, case: Any, context: Any) -> Score:
        return Score(scorer="broken", verdict="fail", findings=(Finding(rule="x", turn=99),))


def test_a_finding_outside_the_conversation_is_caught() -> None:
    with pytest.raises(AssertionError, match="a finding stands at turn 99"):
        check_scorer(Broken())


def test_a_bot_is_checked_by_talking_to_it() -> None:
    check_bot(PythonBot(lambda text, history: text.upper()))
