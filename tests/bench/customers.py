"""What a fact-sheet customer costs: it answers each labelled question of a bot, in conversations of eight turns."""

from __future__ import annotations

import time
from collections.abc import Coroutine
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from evalkit.model import Case, Customer, Turn
from evalkit.replay.customers import Heard
from evalkit.replay.fact_sheet import FactSheetCustomer

ASKS = Path(__file__).parents[2] / "fixtures" / "labelled" / "asks"
FACTS = {"wish": "Var är min order?", "order_number": "FB-10021", "email": "alva@example.com", "size": "M"}
TURNS = 8


def us_a_turn() -> float:
    """Microseconds of CPU a turn; the tables are read before the clock starts."""
    talks = list(_talks())
    _play(talks)
    started = time.process_time()
    n_turns = _play(talks)
    return (time.process_time() - started) / n_turns * 1e6


def _talks() -> list[tuple[str, list[Heard]]]:
    talks = []
    for path in sorted(ASKS.glob("*.yaml")):
        said = [
            m if isinstance(m, str) else m["says"]
            for ms in yaml.safe_load(path.read_text("utf-8")).values()
            for m in ms
        ]
        replies = iter([Heard((Turn(role="bot", text=text),)) for text in said])
        while batch := list(islice(replies, TURNS)):
            talks.append((path.stem, batch))
    return talks


def _play(talks: list[tuple[str, list[Heard]]]) -> int:
    n_turns = 0
    for number, (language, replies) in enumerate(talks):
        case = Case(id=str(number), language=language, customer=Customer(mode="facts", facts=FACTS, patience=20))
        customer = FactSheetCustomer(case)
        for heard in (Heard(), *replies):
            _done(customer.next(heard, ()))
            n_turns += 1
    return n_turns


def _done(step: Coroutine[Any, Any, object]) -> None:
    try:
        step.send(None)
    except StopIteration:
        return


if __name__ == "__main__":
    print(f"{us_a_turn():.0f} µs a turn")
