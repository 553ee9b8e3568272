"""The fact-sheet customer: what it answers, when it loses patience, and that it never says anything twice by chance."""

from __future__ import annotations

import asyncio
import re

import pytest

from evalkit.model import AuthorisedContext, Case, Customer, Guard, Line, Turn
from evalkit.replay.customers import Heard, Stop
from evalkit.replay.fact_sheet import FactSheetCustomer

ASKS = {
    "sv": ("Vilket ordernummer gäller det?", "Vilken e-post använde du?", "Din order är packad och skickas i morgon."),
    "da": ("Hvilket ordrenummer drejer det sig om?", "Hvilken mailadresse brugte du?", "Din ordre er pakket og sendes i morgen."),
    "nb": ("Hvilket ordrenummer gjelder det?", "Hvilken e-post brukte du?", "Ordren din er pakket og sendes i morgen."),
    "nn": ("Kva ordrenummer gjeld det?", "Kva e-post brukte du?", "Ordren din er pakka og vert send i morgon."),
    "fi": ("Mikä on tilausnumerosi?", "Mitä sähköpostia käytit?", "Tilauksesi on pakattu ja se lähtee huomenna."),
    "en": ("Which order number is it?", "Which email did you use?", "Your order is packed and leaves tomorrow."),
    "de": ("Wie lautet Ihre Bestellnummer?", "Welche E-Mail haben Sie verwendet?", "Ihre Bestellung ist gepackt und geht morgen raus."),
}  # fmt: skip
FACTS = {"order_number": "FB-10021", "email": "alva@example.com", "wish": "Var är min order?"}


def case(language: str = "sv", **customer: object) -> Case:
    sheet = {"mode": "facts", "facts": FACTS, **customer}
    return Case(id="c", language=language, customer=Customer(**sheet), context=AuthorisedContext())  # type: ignore[arg-type]


def play(one: Case, *replies: str | Heard, seed: int = 0, trial: int = 0) -> list[tuple[str, str]]:
    """What the customer says and why; ends with what stopped it."""
    customer = FactSheetCustomer(one, seed=seed, trial=trial)
    said: list[tuple[str, str]] = []
    for reply in (Heard(), *replies):
        hears = reply if isinstance(reply, Heard) else Heard((Turn(role="bot", text=reply),))
        step = asyncio.run(customer.next(hears, ()))
        if isinstance(step, Stop):
            return [*said, ("", step.why)]
        said.append((step.turn.text, step.turn.reason or ""))
    return said


@pytest.mark.parametrize("language", ASKS)
def test_it_answers_from_its_sheet_thanks_and_stops_in_each_language(language: str) -> None:
    number, email, answer = ASKS[language]
    said = play(case(language), number, email, answer, "Bra.")
    assert "FB-10021" in said[1][0]
    assert said[1][1] == "asked for order_number"
    assert "alva@example.com" in said[2][0]
    assert said[3][1] == "the need is met"
    assert said[4] == ("", "said good-bye")


def test_the_same_seed_says_the_same_and_another_seed_may_word_it_otherwise() -> None:
    replies = ASKS["sv"]
    assert play(case(), *replies, seed=7) == play(case(), *replies, seed=7)
    assert len({tuple(play(case(), *replies, seed=n)) for n in range(12)}) > 1


def test_what_is_not_on_the_sheet_is_not_known() -> None:
    said = play(case(), "Vilken skostorlek har du? Skriv storlek.")
    assert said[1][1] == "does not know size"
    assert not re.search(r"FB-|@", said[1][0])


def test_it_repeats_itself_with_growing_irritation_then_asks_for_a_person_and_leaves() -> None:
    ask = "Vilket ordernummer gäller det?"
    said = play(case(patience=4), ask, ask, ask, ask, ask, ask, ask)
    reasons = [reason for _, reason in said]
    assert reasons[1] == "asked for order_number"
    assert reasons[2].startswith("asked for order_number again")
    assert "patience ended: asks for a person (1)" in reasons
    assert "gives up: asked for a person in vain" in reasons
    assert reasons[-1] == "said good-bye"


def test_an_angry_customer_has_less_patience() -> None:
    ask = "Vilket ordernummer gäller det?"
    count = [
        sum("again" in why for _, why in play(case(patience=6, mood=mood), *[ask] * 8)) for mood in (None, "angry")
    ]
    assert count[1] < count[0]


def test_a_hand_over_ends_the_conversation() -> None:
    reply = Heard((Turn(role="bot", text="Jag kopplar dig."),), handed_over=True)
    assert play(case(), reply)[-1] == ("", "a person has the conversation")


@pytest.mark.parametrize(
    ("question", "sheet", "reason"),
    [
        ("Ska jag avbryta ordern?", {}, "yes: nothing on the sheet speaks against it"),
        ("Ska jag avbryta ordern?", {"refuses": ("avbryta",)}, "no: refuses 'avbryta'"),
        ("Stämmer ordernumret FB-99999?", {}, "corrects order_number"),
        ("Stämmer ordernumret FB-10021?", {}, "yes: nothing on the sheet speaks against it"),
        (
            "Vill du byta eller få pengarna tillbaka?",
            {"prefers": ("pengarna",)},
            "chose what the sheet prefers: 'pengarna'",
        ),
    ],
)
def test_it_confirms_refuses_corrects_and_chooses_by_its_sheet(
    question: str, sheet: dict[str, object], reason: str
) -> None:
    assert play(case(**sheet), question)[1][1] == reason


def test_buttons_are_pressed_by_their_own_words() -> None:
    reply = Heard((Turn(role="bot", text="Ska jag avbryta?", buttons=("Ja", "Nej")),))
    assert play(case(refuses=("avbryta",)), reply)[1] == ("Nej", "presses no: refuses 'avbryta'")


def test_it_denies_being_helped_when_the_answer_lacks_what_it_waits_for() -> None:
    one = case(satisfied_when=Guard(contains=("packad",)))
    assert play(one, "Hjälpte svaret?")[1][1] == "the need is not met"
    assert play(one, "Din order är packad. Hjälpte svaret?")[1][1] == "the need is met"
    assert "Var är min order?" in play(one, "Är det något mer jag kan hjälpa till med?")[1][0]


def test_a_greeting_alone_meets_no_need() -> None:
    assert play(case(), "Hej! Jag är butikens AI-assistent.")[1][1] == "no answer to the errand"


def test_openings_are_chosen_by_the_seed_and_count_as_the_first_line() -> None:
    one = case(openings=("Hej, var är min order?", "Tjena, paketet har inte kommit"), lines=(Line(text="x"),))
    firsts = {play(one, seed=n)[0] for n in range(20)}
    assert {text for text, _ in firsts} == set(one.customer.openings)
    assert {why for _, why in firsts} == {"line 0"}


def test_it_stops_after_the_most_turns_of_its_sheet() -> None:
    assert (
        play(case(max_turns=2, patience=9), "Vilken storlek?", "Vilken färg?", "x")[-1][1]
        == "the most turns of the sheet"
    )
