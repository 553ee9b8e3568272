"""A person at the keyboard: what is typed is sent, and an interruption ends the talk, not the program."""

from __future__ import annotations

import asyncio
import threading

from evalkit.model import Turn
from evalkit.replay.customers import Heard, Stop, Utterance
from evalkit.replay.person import Person


def test_a_number_presses_the_button_and_other_numbers_are_text() -> None:
    typed = iter(["2", "7"])
    shown: list[Heard] = []
    person = Person(lambda: next(typed), shown.append)
    heard = Heard((Turn(role="bot", text="Vad?", buttons=("Retur", "Faktura")),))
    said = [asyncio.run(person.next(heard, ())) for _ in range(2)]
    assert [step.turn.text for step in said if isinstance(step, Utterance)] == ["Faktura", "7"]
    assert shown == [heard, heard]


def test_an_interruption_while_nothing_is_typed_ends_the_talk() -> None:
    never = threading.Event()

    async def interrupted() -> Utterance | Stop:
        person = Person(lambda: "late" if never.wait(5) else None, lambda heard: None)
        waiting = asyncio.create_task(person.next(Heard(), ()))
        await asyncio.sleep(0.05)
        waiting.cancel()
        return await waiting

    stop = asyncio.run(interrupted())
    never.set()
    assert stop == Stop("the person interrupted")
