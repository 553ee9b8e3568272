"""A weekday that no article on a thing names is denied by those that name others."""

from __future__ import annotations

import pytest

from evalkit.knowledge import Knowledge, check

BASES = {
    "sv": "Yogaklassen hålls på tisdagar och torsdagar i lilla salen. Sopor hämtas på måndagar.",
    "da": "Reparationscaféen holdes om tirsdagen og torsdagen i kælderen. Affald hentes om mandagen.",
    "nb": "Leksehjelpen holdes på tirsdager og torsdager i kjelleren. Søppel hentes på mandager.",
    "nn": "Leksehjelpa går føre seg på tysdagar og torsdagar i kjellaren. Avfall blir henta på måndagar.",
    "fi": "Läksykerho pidetään tiistaisin ja torstaisin kellarissa. Jätteet haetaan maanantaisin.",
    "en": "The repair workshop runs on Tuesdays and Thursdays in the basement. Waste is collected on Mondays.",
    "de": "Die Reparaturwerkstatt findet dienstags und donnerstags im Keller statt. Abfall wird montags abgeholt.",
}


@pytest.mark.parametrize(
    ("language", "question", "answer", "exact"),
    [
        ("sv", "Är det yogaklass på onsdagar?", "Ja, yogaklassen är på onsdagar också.", True),
        ("sv", "Är det yogaklass på torsdagar?", "Ja, yogaklassen är på torsdagar.", False),
        ("sv", "Är det yogaklass på onsdagar?", "Nej, inte på onsdagar.", False),
        ("da", "Er der reparationscafé om onsdagen?", "Ja, det er der.", True),
        ("da", "Er der reparationscafé om torsdagen?", "Ja, det er der.", False),
        ("nb", "Har dere leksehjelp på fredager?", "Ja, vi har leksehjelp alle hverdager.", True),
        ("nn", "Har de leksehjelp på fredag?", "Ja, det har vi.", True),
        ("fi", "Onko läksykerho perjantaisin?", "Kyllä, läksykerho on myös perjantaisin.", True),
        ("fi", "Onko läksykerho tiistaisin?", "Kyllä, läksykerho on tiistaisin.", False),
        ("en", "Is the repair workshop on at weekends?", "Yes, the repair workshop runs every day.", True),
        ("en", "When must I sign up for the repair workshop?", "Sign up for the repair workshop by Friday.", False),
        ("de", "Ist die Reparaturwerkstatt samstags?", "Ja, die Reparaturwerkstatt ist auch samstags.", True),
        ("de", "Ist die Reparaturwerkstatt samstags offen?", "Samstags ist die Reparaturwerkstatt zu.", False),
    ],
)
def test_a_list_of_days_is_all_of_them(language: str, question: str, answer: str, exact: bool) -> None:
    claims = check(answer, question, Knowledge.from_texts([BASES[language]]), language).claims
    assert (("contradicted", "exact") in {(c.verdict, c.confidence) for c in claims}) is exact


def test_days_of_other_months_say_nothing() -> None:
    base = Knowledge.from_texts(["From May to August guided walks run on Sundays. The office is in the tower."])
    said = check("Yes, guided walks run on Fridays.", "Are there guided walks on a Friday in March?", base, "en")
    assert said.verdict != "contradicted"
