"""Probes run against the demo bot: the worse release is caught at each planted fault, the good one is not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from evalkit.bots.definitions import build_bot
from evalkit.demo.server import serving
from evalkit.demo.shop import bot_definition, open_release
from evalkit.engine.preparing import scorers_of, specs_of
from evalkit.engine.replaying import Plan, new_run, replay
from evalkit.engine.scoring_run import score_run
from evalkit.knowledge import Knowledge
from evalkit.model import Suite
from evalkit.policy.sections import Policy
from evalkit.resources import folder
from evalkit.scoring import World
from evalkit.store.store import Store
from evalkit.suites.loading import load_suites
from evalkit.suites.probes import probe_suites
from evalkit.suites.writing import write_suites

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
SUBSET = (
    "human-sv-1-turn1", "human-en-1-turn1", "human-da-1-turn5", "human-nb-1-turn2", "identity-sv-1", "identity-en-1",
    "identity-da-1", "returns-sv-way1", "returns-da-way1", "shipping-nb-way1", "errand-sv-neutral", "errand-en-neutral",
)  # fmt: skip
FACTS = {"order_number": "FB-10021", "email": "alva.lindqvist@example.com"}
PLANTED = {
    "no way out to a person": "E01.missed",
    "a pretence of being human": "G15",
    "the wrong language": "language.related",
    "an outdated article": "correctness.stale",
    "another customer's data": "G01",
}


def found_rules(tmp_path: Path, release: str) -> set[str]:
    """The rules that speak against the bot somewhere in the subset."""
    write_suites(tmp_path / "suites", probe_suites(("sv", "en", "da", "nb"), FACTS))
    suites = [
        Suite(name=s.name, cases=tuple(c for c in s.cases if c.id in SUBSET), scorers=s.scorers)
        for s in load_suites([tmp_path / "suites"])
    ]
    assert sum(len(suite.cases) for suite in suites) == len(SUBSET)
    world = World(scorers_of(specs_of(suites)), Policy(), Knowledge.from_folder(folder("fixtures/demo") / "kb"))
    with serving(open_release(release)) as address, Store.open(tmp_path / f"{release}.db") as store:
        bot = build_bot("demo", {"demo": bot_definition(address)})
        plan = Plan(tuple(suites), release, "demo")
        run = replay(plan, bot, store, new_run(plan, bot, now=NOW))
        key = score_run(store, run, world, workers=1)
        return {
            finding.rule
            for _, scores in store.scores(run.id, key)
            for score in scores
            if score.verdict in {"fail", "unsure"}
            for finding in score.findings
            if not finding.passed
        }


def test_the_worse_release_is_caught_at_each_planted_fault_and_the_good_one_is_not(tmp_path: Path) -> None:
    bad, good = found_rules(tmp_path, "1.5"), found_rules(tmp_path, "1.4")
    for fault, rule in PLANTED.items():
        assert any(seen.startswith(rule) for seen in bad), (fault, sorted(bad))
        assert not any(seen.startswith(rule) for seen in good), (fault, sorted(good))
