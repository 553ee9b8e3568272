"""Real conversations: the record goes on while it fits, and stops where the bot leaves its way."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from evalkit.bots.python import PythonBot
from evalkit.kpi.table import kpis
from evalkit.model import Case, Conversation, Customer, Expectation, Line, Run, Turn
from evalkit.replay.play import Clock, play
from evalkit.scorers.expect import Expect
from evalkit.scoring import World, gather
from evalkit.store.facts import facts_of

RECORD = (
    ("customer", "Hej, jag har inte fått mitt paket"),
    ("bot", "Vilket ordernummer gäller det?"),
    ("customer", "FB-10021"),
    ("bot", "Det är på väg. Är det något mer?"),
    ("customer", "Nej tack, det var allt"),
)


def case(record: tuple[tuple[str, str], ...] = RECORD, **more: object) -> Case:
    turns = tuple(Turn(role=role, text=text) for role, text in record)  # type: ignore[arg-type]
    lines = tuple(Line(text=t.text, number=n) for n, t in enumerate(t for t in turns if t.role == "customer"))
    return Case(id="r", language="sv", customer=Customer(mode="open", recorded=turns, lines=lines), **more)  # type: ignore[arg-type]


def replayed(one: Case, *replies: str) -> Conversation:
    left = list(replies)
    bot = PythonBot(lambda text, history: left.pop(0) if left else "Tack.")
    clock = Clock(lambda: datetime(2026, 6, 1, tzinfo=UTC))
    return asyncio.run(play(one, bot, Run(id="r", release="1"), trial=0, clock=clock))


def test_a_bot_that_asks_the_same_in_other_words_gets_the_whole_record() -> None:
    talk = replayed(
        case(), "Kan du skriva numret på din order?", "Paketet kommer i morgon. Något mer du undrar?", "Hej då"
    )
    assert [t.text for t in talk.turns if t.role == "customer"] == [text for role, text in RECORD if role == "customer"]
    assert (talk.ending, talk.diverged_turn) == ("customer_done", None)


@pytest.mark.parametrize(
    ("replies", "turn", "why"),
    [
        (("Vilken e-postadress har du?",), 1, "asks for email"),
        (("Paketet kommer i morgon. Är det något mer jag kan hjälpa till med?",), 1, "whether that was all"),
        (("Vill du ha pengarna tillbaka eller ett nytt paket?",), 1, "offers a choice"),
        (("Paketet ligger hos ditt ombud sedan i går.",), 1, "a detail that the bot did not ask for"),
        (("Vilket ordernummer?", "Vad heter du?"), 3, None),
    ],
)
def test_the_turn_where_the_bot_leaves_the_record_is_kept(replies: tuple[str, ...], turn: int, why: str | None) -> None:
    talk = replayed(case(), *replies)
    assert (talk.ending, talk.diverged_turn) == ("diverged", turn)
    if why:
        assert why in talk.attributes["customer_stopped"]


def test_later_expectations_are_skipped_and_earlier_ones_still_count() -> None:
    expectations = (
        Expectation(check="contains", args={"texts": ["mejl"]}, turn=0),
        Expectation(check="contains", args={"texts": ["på väg"]}, turn=1),
        Expectation(check="contains", args={"texts": ["välkommen åter"]}),
    )
    one = case(expectations=expectations)
    talk = replayed(one, "Vilket mejl har du? Skriv din e-postadress.")
    score = Expect().score(talk, one, gather(talk, one, World((), knowledge=None)))
    assert (score.verdict, score.value) == ("pass", 1.0)
    assert [finding.severity for finding in score.findings] == ["info", "info"]


def test_the_share_of_records_that_were_left_stands_beside_the_other_numbers() -> None:
    run = Run(id="r", release="1")
    talks = [replayed(case(), "Vilken e-postadress har du?"), replayed(case(), "Vilken order?", "Packad. Något mer?")]
    talks.append(replayed(Case(id="x", customer=Customer(lines=(Line(text="Hej"),)))))
    rows = [facts_of(run, talk, (), critical=False, n_zero=0) for talk in talks]
    assert [row.off_script for row in rows] == [1, 0, None]
    (found,) = [kpi for kpi in kpis(rows) if kpi.name == "off_script_rate"]
    assert (found.value, found.n, found.n_total) == (0.5, 2, 3)
