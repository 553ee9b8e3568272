"""Fact-sheet customers against the demo bot over HTTP, in six languages."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from evalkit.bots.definitions import build_bot
from evalkit.demo.server import serving
from evalkit.demo.shop import bot_definition, open_release
from evalkit.engine.replaying import Plan, new_run, replay
from evalkit.model import Case, Customer, Suite
from evalkit.store.store import Store

ERRANDS = {
    "sv": ("Hej, var är min beställning?", "FB-10021", "alva.lindqvist@example.com"),
    "en": ("Hi, where is my order?", "FB-10021", "alva.lindqvist@example.com"),
    "da": ("Hej, hvor er min ordre?", "FB-10021", "alva.lindqvist@example.com"),
    "nb": ("Hei, hvor er bestillingen min?", "FB-10021", "alva.lindqvist@example.com"),
    "fi": ("Hei, missä tilaukseni on?", "FB-10021", "alva.lindqvist@example.com"),
    "de": ("Hallo, wo ist mein Paket?", "FB-10021", "alva.lindqvist@example.com"),
}


def suite() -> Suite:
    return Suite(
        name="facts",
        cases=tuple(
            Case(
                id=f"status-{language}",
                language=language,
                customer=Customer(mode="facts", facts={"wish": wish, "order_number": number, "email": email}),
            )
            for language, (wish, number, email) in ERRANDS.items()
        ),
    )


def test_the_demo_bot_is_asked_for_an_order_in_six_languages_and_the_customer_leaves_content(tmp_path: Path) -> None:
    with serving(open_release("1.4")) as address, Store.open(tmp_path / "s.db") as store:
        bot = build_bot("demo", {"demo": bot_definition(address)})
        plan = Plan((suite(),), "1.4", "demo", seed=3)
        run = new_run(plan, bot, now=datetime(2026, 6, 15, tzinfo=UTC))
        replay(plan, bot, store, run)
        talks = list(store.conversations(run.id))
    assert len(talks) == 6
    for talk in talks:
        reasons = [turn.reason for turn in talk.turns if turn.role == "customer"]
        assert reasons == [
            "opening: the wish of the sheet", "asked for order_number", "asked for email", "the need is met"
        ], (talk.language, [(t.role, t.text, t.reason) for t in talk.turns])  # fmt: skip
        assert talk.ending == "customer_done"
        assert any(call.name == "get_order" for turn in talk.turns for call in turn.tool_calls)
