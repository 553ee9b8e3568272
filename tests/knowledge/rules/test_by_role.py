"""Who does a thing in an answer beside who does it in the knowledge base: the other party, the same one, nobody."""

from __future__ import annotations

import pytest

from evalkit.knowledge import Knowledge, check
from evalkit.knowledge.reading.actors import acts, asks_who, opposed
from evalkit.knowledge.rules.by_role import OTHER_DOER


@pytest.mark.parametrize(
    ("language", "told", "question", "right", "wrong"),
    [
        ("sv", "Kunden betalar själv bärgningen till verkstaden.", "Vem betalar bärgningen?",
         "Bärgningen står du för.", "Bärgningen står vi för."),
        ("sv", "Filtret rengörs av oss vid varje service.", "Vem rengör filtret?",
         "Filtret rengör vi.", "Filtret rengör du själv."),
        ("da", "Lejeren sørger selv for at slå græsset i haven.", "Hvem slår græsset i haven?",
         "Det klarer du selv, haven er din opgave.", "Det ordner vi, haven er vores opgave."),
        ("nb", "Feil på varmtvannstanken dekkes av utleier.", "Hvem betaler varmtvannstanken?",
         "Det er utleier som dekker varmtvannstanken.", "Varmtvannstanken må du betale selv."),
        ("nn", "Kunden koplar sjølv til oppvaskmaskina.", "Kven koplar til oppvaskmaskina?",
         "Oppvaskmaskina koplar du til sjølv.", "Oppvaskmaskina koplar vi til."),
        ("fi", "Asiakas maksaa kierrätysmaksun itse.", "Kuka maksaa kierrätysmaksun?",
         "Kierrätysmaksu on asiakkaan maksettava.", "Kierrätysmaksun maksamme me."),
        ("en", "Parking fines are paid by the driver.", "Who pays parking fines?",
         "You pay any parking fines yourself.", "We pay any parking fines."),
        ("de", "Den Rücktransport bezahlt der Mieter.", "Wer bezahlt den Rücktransport?",
         "Den Rücktransport zahlen Sie selbst.", "Den Rücktransport zahlen wir für Sie."),
        ("da", "Reklamationen over kurerpakker rejses af afsenderen.", "Hvem rejser reklamationen over en kurerpakke?",
         "Reklamationen rejses af afsenderen.", "Reklamationen over en kurerpakke rejser modtageren."),
    ],
)  # fmt: skip
def test_another_doer_than_the_one_who_is_named_is_contradicted_for_certain(
    language: str, told: str, question: str, right: str, wrong: str
) -> None:
    base = Knowledge.from_texts([told])
    found = check(wrong, question, base, language)
    assert (found.verdict, found.claims[0].confidence, found.claims[0].reason) == ("contradicted", "exact", OTHER_DOER)
    assert OTHER_DOER not in {claim.reason for claim in check(right, question, base, language).claims}


@pytest.mark.parametrize(
    ("language", "told", "question", "answer"),
    [
        # Other things, other doers.
        ("sv", "Kunden betalar returfrakten. Vi betalar frakten för bytet.", "Vem betalar frakten för bytet?",
         "Frakten för bytet betalar vi."),
        ("en", "The tenant cleans the oven. We clean the windows.", "Who cleans the windows?", "We clean the windows."),
        # To whom something is sent does nothing.
        ("de", "Wir schicken die Rechnung an den Kunden.", "Wer schickt die Rechnung?", "Die Rechnung schicken wir."),
        # A condition tells nothing of who acts.
        ("nb", "Når du bestiller montering, kobler vi til maskinen.", "Hvem kobler til maskinen?",
         "Maskinen kobler vi til."),
        # What they need not do is told by other rules.
        ("fi", "Asiakas ei maksa kuljetusta.", "Kuka maksaa kuljetuksen?", "Kuljetuksen maksamme me."),
        # "How do I pay" asks for no payer.
        ("da", "Du betaler med kort.", "Hvordan betaler jeg?", "Vi tager imod kort, og betalingen sker i kassen."),
    ],
)  # fmt: skip
def test_the_same_doer_or_another_matter_is_no_such_contradiction(
    language: str, told: str, question: str, answer: str
) -> None:
    found = check(answer, question, Knowledge.from_texts([told]), language)
    assert OTHER_DOER not in {claim.reason for claim in found.claims}


@pytest.mark.parametrize(
    ("language", "text", "party", "action"),
    [
        ("sv", "Frakten står du för.", "customer", "any"),
        ("sv", "Skadan ska anmälas av kunden.", "customer", "notify"),
        ("da", "Den skal I selv afhente.", "customer", "collect"),
        ("da", "Det er vores ansvar.", "we", "any"),
        ("nb", "Det tar vi oss av.", "we", "any"),
        ("nn", "Kommunen eig leidningen.", "house", "own"),
        ("fi", "Huolto on vuokralaisen vastuulla.", "customer", "any"),
        ("fi", "Asennamme koneen.", "we", "fit"),
        ("en", "That one's on us.", "we", "any"),
        ("en", "Any damage is repaired at the customer's expense.", "customer", "repair"),
        ("de", "Die Kosten tragen Sie.", "customer", "pay"),
        ("de", "Das Gerät wird von uns abgeholt.", "we", "collect"),
    ],
)
def test_who_does_what_is_read_in_active_passive_and_nominal_forms(
    language: str, text: str, party: str, action: str
) -> None:
    (act,) = acts(text, language)
    assert party in act.parties
    assert action in act.actions


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("sv", "Skicka den till oss."),
        ("da", "Pakken ligger i boksen."),
        ("fi", "Aurinko paistaa."),
        ("en", "It takes two days."),
        ("de", "Montags geschlossen."),
    ],
)
def test_a_text_that_names_no_doer_has_none(language: str, text: str) -> None:
    assert acts(text, language) == ()


def test_who_is_spoken_to_in_a_question_is_the_organisation() -> None:
    assert acts("Do you clean the flat?", "en", asked=True)[0].parties == {"we"}
    assert acts("Städar jag själv?", "sv", asked=True)[0].parties == {"customer"}
    assert asks_who("Kuka maksaa?", "fi")
    assert not asks_who("Paljonko se maksaa?", "fi")


def test_parties_that_may_be_one_are_not_opposed() -> None:
    assert opposed(frozenset({"we"}), frozenset({"customer"}))
    assert not opposed(frozenset({"we"}), frozenset({"house"}))
    assert not opposed(frozenset({"customer"}), frozenset({"buyer"}))
