"""A large import is counted whole and shown by examples: the same numbers, without a million rows in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from evalkit.engine.scoring_run import score_run
from evalkit.model import Conversation, Run, ScorerSpec, Turn
from evalkit.reporting import failures, summary
from evalkit.reporting.html import write_html
from evalkit.reporting.markdown import render as markdown
from evalkit.reporting.summary import Summary, compared, summarise
from evalkit.reporting.terminal import render as terminal
from evalkit.scoring import World, build_scorers
from evalkit.store.store import Store
from tests.desk import conversations

SCORERS = ("privacy", "compliance", "escalation", "language", "loops", "resolution", "tone")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store.open(tmp_path_factory.mktemp("large") / "s.db")
    world = World(build_scorers([ScorerSpec(name=name) for name in SCORERS]))
    for release in ("bot-1.4", "bot-1.5"):
        run = Run(id=release, release=release, source="production", status="finished")
        store.add_run(run)
        leak = Turn(role="bot", text="Ditt personnummer är 811218-9876 och numret 4539 1488 0343 6467.")
        talks = conversations("ai", labelled=True)
        for number, talk in enumerate(talks):
            turns = (*talk.turns, leak) if number % 3 == 0 else talk.turns
            told = Conversation(
                id=talk.id, run_id=release, release=release, source="production", turns=turns, language=talk.language,
                intent=talk.intent, subject_key=talk.subject_key, started_at=talk.started_at,
            )  # fmt: skip
            store.add_conversations([told])
        score_run(store, run, world, workers=1)
    return store


def read(store: Store, release: str, *, large: bool) -> Summary:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(summary, "CACHED_FROM", 0 if large else 10_000)
        patch.setattr(failures, "EXAMPLES", 2)
        return summarise(store, store.run(release), store.latest_score_key(release))


def test_every_count_and_every_kpi_is_that_of_all_conversations(store: Store) -> None:
    every, some = (read(store, "bot-1.5", large=large) for large in (False, True))
    assert every.whole
    assert not some.whole
    assert every.n_blockers > 0
    for name in ("n_scored", "n_total", "n_errors", "n_zero_tolerance", "n_blockers", "kpis", "exit_code", "facts"):
        assert getattr(some, name) == getattr(every, name), name
    assert some.sentence == every.sentence


def test_each_rule_is_shown_by_its_first_conversations(store: Store) -> None:
    every, some = (read(store, "bot-1.5", large=large) for large in (False, True))
    rules = {failure.finding.rule for failure in every.failures}
    assert {failure.finding.rule for failure in some.failures} == rules
    assert len(some.failures) < len(every.failures)
    assert all(failure in every.failures for failure in some.failures)
    assert len({failure.conversation_id for failure in some.failures}) <= 2 * len(rules)
    assert some.n_failures <= every.n_failures


def test_two_large_imports_are_compared_and_reported_without_a_row_of_facts(store: Store, tmp_path: Path) -> None:
    before, after = (read(store, release, large=True) for release in ("bot-1.4", "bot-1.5"))
    found = compared(after, before)
    assert [change.verdict for change in found.changes if change.name == "pass_rate"] == ["same"]
    assert (found.broke, found.fixed, found.flaky) == ((), (), ())
    assert f"worst of {found.n_failures} findings" in terminal(found)
    assert "bot-1.5" in markdown(found)
    write_html(tmp_path / "r.html", store, found)
    page = (tmp_path / "r.html").read_text()
    assert "Of each rule at most" in page
    assert "without a finding" not in page
    assert found.read_facts.cache_info().currsize == 0  # type: ignore[attr-defined]
