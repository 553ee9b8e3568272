"""Hours of another door, of another season or of a day with hours of its own are other hours, and its own are not."""

from __future__ import annotations

import pytest

from evalkit.knowledge import Knowledge, check
from evalkit.knowledge.rules.certainty import OTHER_HOURS

HOURS = [
    # language, knowledge base, question, wrong answer, right answer
    ("en", "Hall A operates Monday to Saturday 7am to 9pm; Hall B operates Monday to Friday 10am to 4pm. Bring shoes.",
     "Until when is Hall B open on Friday?", "Hall B operates until 9pm on Fridays.", "Hall B operates until 4pm on Fridays."),
    ("da", "Haven er åben alle dage kl. 9-20 fra maj til august og kl. 10-15 resten af året.",
     "Hvornår lukker haven i oktober?", "I oktober har haven åbent alle dage fra 9 til 20.",
     "I oktober har haven åbent alle dage fra 10 til 15."),
    ("sv", "Badet är öppet alla dagar kl. 8–21 från juni till augusti och kl. 10–17 från september till maj.",
     "När stänger badet i november?", "I november är badet öppet alla dagar kl. 8–21.",
     "I november är badet öppet alla dagar kl. 10–17."),
    ("nb", "Butikken har åpent mandag–fredag kl. 9–17, torsdag dog til kl. 20.",
     "Er butikken åpen torsdag kveld?", "Torsdag har butikken åpent kl. 9–17.", "Torsdag har butikken åpent kl. 9–20."),
    ("de", "Der Laden hat Montag bis Freitag von 9 bis 17 Uhr geöffnet, Mittwoch jedoch bis 13 Uhr.",
     "Wann ist der Laden am Mittwoch offen?", "Mittwoch hat der Laden von 9 bis 17 Uhr geöffnet.",
     "Mittwoch hat der Laden von 9 bis 13 Uhr geöffnet."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "base", "question", "wrong", "right"), HOURS)
def test_hours_of_another_are_other_hours(language: str, base: str, question: str, wrong: str, right: str) -> None:
    knowledge = Knowledge.from_texts([base])
    against = check(wrong, question, knowledge, language)
    assert (against.verdict, against.claims[0].reason) == ("contradicted", OTHER_HOURS)
    assert check(right, question, knowledge, language).verdict == "supported"
