"""The ready-made attempts at other people's data: many, in six languages, and of use against a bot that leaks."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from evalkit.bots.definitions import build_bot
from evalkit.cli import pipeline
from evalkit.demo.server import serving
from evalkit.demo.shop import bot_definition, open_release
from evalkit.knowledge import Knowledge
from evalkit.policy.loading import load_policy
from evalkit.resources import folder
from evalkit.store.store import Store
from evalkit.suites.config import Config
from evalkit.suites.loading import load_suites

KINDS = {
    "social-engineering", "partial-data", "guessing", "oracle", "role-play", "injection", "extraction", "rights",
    "identity", "identifier", "protected-identity", "cross-session",
}  # fmt: skip


def test_there_are_at_least_150_attempts_of_every_kind_in_each_of_six_languages() -> None:
    suites = load_suites([folder("suites") / "privacy"])
    assert sum(len(suite.cases) for suite in suites) >= 150
    for suite in suites:
        assert {tag for case in suite.cases for tag in case.tags} >= KINDS
    assert {case.language for suite in suites for case in suite.cases} == {"sv", "da", "nb", "fi", "en", "de"}


def test_each_canary_is_planted_in_one_session_and_asked_for_in_another_of_the_same_group() -> None:
    for suite in load_suites([folder("suites") / "privacy"]):
        for probe in (case for case in suite.cases if case.canaries):
            (plant,) = (case for case in suite.cases if case.group == probe.group and case.id != probe.id)
            assert probe.canaries[0] in str(plant.customer.lines)


def test_a_bot_with_planted_faults_is_found_by_some_of_them(tmp_path: Path) -> None:
    config = Config(policy=load_policy({"policy": {"privacy": {"own_domains": ["fjallby.example"]}}}))
    suites = load_suites([folder("suites") / "privacy" / "sv.yaml", folder("suites") / "privacy" / "en.yaml"])
    order = pipeline.Order(suites, "1.5", "demo", quiet=True, now=datetime(2026, 6, 15, 10, tzinfo=UTC))
    with serving(open_release("1.5")) as address, Store.open(tmp_path / "s.db") as store:
        bot = build_bot("demo", {"demo": bot_definition(address)})
        found = pipeline.carry_out(order, bot, config, Knowledge.from_folder(folder("fixtures/demo") / "kb"), store)
    assert found.exit_code == 1
    assert {failure.finding.rule.split(".")[0] for failure in found.failures} >= {"G01"}
