"""A list that says "only" excludes the others of its kind, and nothing of another kind."""

from __future__ import annotations

import pytest

from evalkit.knowledge import Knowledge, check
from evalkit.knowledge.rules.kinds import OF_ITS_KIND

BASES = {
    "sv": "Stationerna tar bara emot kort. Hundar är välkomna.", "da": "På stationerne kan du kun betale med kort. Hunde er velkomne.",
    "nb": "På stasjonene kan du bare betale med kort. Hunder er velkomne.", "nn": "På stasjonane kan du berre betale med kort. Hundar er velkomne.",
    "fi": "Asemilla maksetaan vain kortilla. Koirat ovat tervetulleita.", "en": "At the stations you can only pay by card. Dogs are welcome.",
    "de": "An den Stationen zahlen Sie nur mit Karte. Hunde sind willkommen.",
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "question", "answer", "verdict"),
    [
        ("sv", "Tar stationerna emot Swish?", "Ja, stationerna tar emot Swish.", "contradicted"),
        ("sv", "Tar stationerna emot kort?", "Ja, stationerna tar emot kort.", "supported"),
        ("da", "Kan jeg betale med MobilePay på stationerne?", "Ja, du kan betale med MobilePay på stationerne.", "contradicted"),
        ("nb", "Kan jeg betale med Vipps på stasjonene?", "Ja, på stasjonene kan du betale med Vipps.", "contradicted"),
        ("nn", "Kan eg betale kontant på stasjonane?", "Ja, på stasjonane kan du betale kontant.", "contradicted"),
        ("fi", "Voiko asemilla maksaa MobilePaylla?", "Kyllä, asemilla voi maksaa MobilePaylla.", "contradicted"),
        ("en", "Can I pay by cheque at the stations?", "Yes, at the stations you can pay by cheque.", "contradicted"),
        ("de", "Kann ich an den Stationen bar zahlen?", "Ja, an den Stationen zahlen Sie auch bar.", "contradicted"),
    ],
)  # fmt: skip
def test_only_some_of_a_kind_excludes_the_others(language: str, question: str, answer: str, verdict: str) -> None:
    assert check(answer, question, Knowledge.from_texts([BASES[language]]), language).verdict == verdict


def test_such_an_exclusion_is_beyond_doubt() -> None:
    base = Knowledge.from_texts([BASES["nb"]])
    claims = check("Ja, på stasjonene kan du betale med Vipps.", "Kan jeg betale med Vipps?", base, "nb").claims
    assert [(c.verdict, c.confidence) for c in claims] == [("contradicted", "exact")]


@pytest.mark.parametrize(
    ("told", "question", "answer"),
    [
        # Another kind, a list that is open, and one that another sentence goes on.
        ("You can only pay by card. Parrots are sold here.", "Are rabbits sold here?", "Yes, rabbits are sold here."),
        ("You can pay by card.", "Can I pay by cheque?", "Yes, you can pay by cheque."),
        ("At the bar you can only pay by card. The shop takes cheques.", "Can I pay by cheque?", "Yes, by cheque in the shop."),
    ],
)  # fmt: skip
def test_a_near_miss_is_not_excluded_for_its_kind(told: str, question: str, answer: str) -> None:
    claims = check(answer, question, Knowledge.from_texts([told]), "en").claims
    assert all(claim.reason != "the knowledge base admits only others of its kind" for claim in claims)


@pytest.mark.parametrize(
    ("language", "told", "question", "answer", "verdict"),
    [
        ("sv", "Vi skickar garn till Sverige, Norge och Danmark.", "Skickar ni till Tyskland?", "Ja, vi skickar garn till Tyskland.", "contradicted"),
        ("da", "Vi sender garn til Danmark, Sverige og Norge.", "Sender I til Polen?", "Ja, vi sender garn til Polen.", "contradicted"),
        ("nb", "Vi sender garn til Norge, Sverige og Danmark.", "Sender dere til Tyskland?", "Ja, vi sender garn til Tyskland.", "contradicted"),
        ("nn", "Vi sender garn til Noreg, Sverige og Danmark.", "Sender de til Tyskland?", "Ja, vi sender garn til Tyskland.", "contradicted"),
        ("fi", "Lähetämme lankoja Suomeen, Ruotsiin ja Viroon.", "Lähetättekö Saksaan?", "Kyllä, lähetämme lankoja Saksaan.", "contradicted"),
        ("en", "We send yarn to Sweden, Norway and Denmark.", "Do you send to Germany?", "Yes, we send yarn to Germany.", "contradicted"),
        ("de", "Wir versenden Garn nach Schweden, Norwegen und Dänemark.", "Versenden Sie nach Polen?", "Ja, wir versenden Garn nach Polen.", "contradicted"),
    ],
)  # fmt: skip
def test_a_yes_to_a_country_beyond_a_plain_list_is_a_contradiction(
    language: str, told: str, question: str, answer: str, verdict: str
) -> None:
    assert check(answer, question, Knowledge.from_texts([told]), language).verdict == verdict


@pytest.mark.parametrize(
    ("told", "question", "answer"),
    [
        ("We send yarn to many countries, for example Sweden, Norway and Denmark.", "Do you send to Germany?", "Yes, we send yarn to Germany."),
        ("We have shops in Sweden, Norway and Denmark. Germany is served by post.", "Do you send to Germany?", "Yes, we send yarn to Germany."),
        ("We send yarn to Sweden, Norway and Denmark.", "Do you send to Norway?", "Yes, we send yarn to Norway."),
        ("We send yarn to Sweden and Norway.", "Do you have yarn from Germany?", "Yes, we have yarn from Germany."),
    ],
)  # fmt: skip
def test_a_list_that_goes_on_or_names_it_excludes_nothing(told: str, question: str, answer: str) -> None:
    found = check(answer, question, Knowledge.from_texts([told]), "en")
    assert OF_ITS_KIND not in {claim.reason for claim in found.claims}
