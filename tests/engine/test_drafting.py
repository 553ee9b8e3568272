"""What the AI suggested is scored as a release of its own, beside what people sent."""

from __future__ import annotations

from pathlib import Path

from evalkit.cli import execute
from evalkit.engine.drafting import drafted, drafts_run
from evalkit.model import Conversation, Run, Turn
from evalkit.store.store import Store
from tests.desk import START

TURNS = (
    Turn(role="customer", text="Vad kostar frakten inom Sverige?"),
    Turn(role="human", text="Frakten kostar 59 kr inom Sverige.", draft="Frakten kostar 19 kr inom Sverige.", author_key="a"),
    Turn(role="customer", text="Tack!"),
)  # fmt: skip


def desk(store: Store) -> Run:
    run = Run(id="desk", release="desk", source="production", status="finished", started_at=START)
    store.add_run(run)
    talks = [
        Conversation(
            id=f"t{n}", run_id="desk", source="production", turns=TURNS, language="sv", handled_by="ai_assisted"
        )
        for n in range(6)
    ]
    plain = Conversation(
        id="x", run_id="desk", source="production", turns=(TURNS[0],), language="sv", handled_by="human"
    )
    store.add_conversations([*talks, plain])
    return run


def test_a_draft_stands_in_place_of_the_reply_and_nothing_after_the_last_one() -> None:
    made = drafted(Conversation(id="t", turns=TURNS, handled_by="ai_assisted"), "r", "desk-drafts")
    assert made is not None
    assert [(t.role, t.text) for t in made.turns] == [("customer", TURNS[0].text), ("bot", TURNS[1].draft)]
    assert (made.handled_by, made.attributes["draft_of"]) == ("ai", "t")
    assert drafted(Conversation(id="t", turns=TURNS[:1]), "r", "x") is None


def test_the_run_of_drafts_is_made_once(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db") as store:
        run = desk(store)
        first = drafts_run(store, run, now=START)
        assert first is not None
        assert drafts_run(store, run, now=START) == first
        assert store.count_conversations(first.id) == 6


def test_a_wrong_draft_fails_where_the_reply_that_was_sent_passes(tmp_path: Path) -> None:
    (tmp_path / "kb").mkdir()
    (tmp_path / "kb" / "frakt.md").write_text("Frakten kostar 59 kr inom Sverige.", encoding="utf-8")
    where = str(tmp_path / "s.db")
    with Store.open(where) as store:
        desk(store)
    words = ["score", "desk", "--scorer", "correctness", "--knowledge", str(tmp_path / "kb"), "--store", where]
    assert execute(words) == 0
    assert execute([*words, "--drafts"]) == 0
    with Store.open(where) as store:
        sent = [row.correct for row in store.facts("desk") if row.correct is not None]
        draft = [row.correct for row in store.facts(store.latest_run("desk-drafts").id)]
    assert (sent, draft) == ([1] * 6, [0] * 6)
