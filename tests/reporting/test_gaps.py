"""Gaps come by volume, are named by their words, and show no personal data."""

from __future__ import annotations

from pathlib import Path

from evalkit.engine.scoring_run import score_run
from evalkit.knowledge import Knowledge
from evalkit.model import Conversation, Run, ScorerSpec, Turn
from evalkit.reporting.gaps import gaps
from evalkit.scoring import World, build_scorers
from evalkit.store.store import Store

ASKED = ("Har ni presentkort?", "Kan jag köpa presentkort hos er?", "Säljer ni presentkort på nätet?",
         "Hyr ni ut tält? Jag heter Anna Berg och nås på anna.berg@example.com")  # fmt: skip


def test_questions_that_nobody_answers_are_clustered_by_volume(tmp_path: Path) -> None:
    world = World(
        build_scorers([ScorerSpec(name="correctness")]), knowledge=Knowledge.from_texts(["Frakten kostar 49 kr."])
    )
    with Store.open(tmp_path / "s.db") as store:
        run = Run(id="r", release="1", status="finished")
        store.add_run(run)
        for number, question in enumerate((*ASKED, "Vad kostar frakten?")):
            turns = (Turn(role="customer", text=question), Turn(role="bot", text="Tyvärr, det vet jag inte."))
            store.add_conversations([Conversation(id=f"c{number}", run_id="r", turns=turns, language="sv")])
        found = gaps(store, run, score_run(store, run, world, workers=1))
    assert [gap.n_conversations for gap in found] == [3, 1]
    assert "presentkort" in found[0].name
    assert "example.com" not in found[1].example
    assert "[email]" in found[1].example
