"""What several scorers see in a conversation, and how long it lives."""

from __future__ import annotations

import gc
from weakref import ref

from evalkit.model import ScorerSpec
from evalkit.scoring import World, build_scorers, gather, score
from evalkit.transcripts import conversation_of


def test_a_reading_goes_with_its_conversation_and_waits_for_no_collection() -> None:
    names = ("compliance", "escalation", "language", "loops", "tone", "satisfaction", "handover")
    world = World(scorers=build_scorers([ScorerSpec(name=name) for name in names]))
    turns = [{"role": role, "text": f"Var är paketet {n}?"} for n, role in enumerate(("customer", "bot") * 3)]
    talk = conversation_of(turns, language="sv")
    context = gather(talk, None, world)
    score(talk, None, context, world.scorers)
    reading = ref(context.reading)
    gc.disable()
    try:
        del context
        assert reading() is None
    finally:
        gc.enable()
