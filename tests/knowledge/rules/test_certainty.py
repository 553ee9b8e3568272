"""Which contradictions are exact: those that no reckoning, borrowing or other part of a sentence can explain."""

from __future__ import annotations

import pytest

from evalkit.knowledge import Knowledge, check
from evalkit.knowledge.reading.statements import Comparison, Statement, sentences_of
from evalkit.knowledge.reading.wording import wording
from evalkit.knowledge.rules.by_modality import DENIED_WHOLE
from evalkit.knowledge.rules.certainty import ANOTHER, DENIED, OTHERS, doubted
from evalkit.language.quantities import quantities


def _doubtful(language: str, told: str, claim: str, question: str, reason: str, own: float = 0.9) -> bool:
    sentences = sentences_of(told, "", language)
    said = wording(claim)
    asked = wording(question).terms
    statement = Statement(claim, said, quantities(claim), False, asked, quantities(question), question)
    at = 0 if reason.startswith(ANOTHER) else next((n for n, s in enumerate(sentences) if s.denies), 0)
    return doubted(Comparison("contradicted", at, True, reason), statement, sentences, [own] * len(sentences)).doubtful


@pytest.mark.parametrize(
    ("language", "told", "reckoned", "plain"),
    [
        ("sv", "Pass kostar 200 kr.", "Totalt blir det 640 kr.", "Ett pass kostar 250 kr."),
        ("da", "En vagt koster 200 kr.", "I alt bliver det 640 kr.", "En vagt koster 250 kr."),
        ("nb", "Plassen koster 200 kr.", "Til sammen blir det 640 kr.", "Plassen koster 250 kr."),
        ("nn", "Plassen kostar 200 kr.", "Til saman blir det 640 kr.", "Plassen kostar 250 kr."),
        ("fi", "Paikka maksaa 200 euroa.", "Yhteensä se on 640 euroa.", "Paikka maksaa 250 euroa."),
        ("en", "A slot costs £200.", "In total that makes £640.", "A slot costs £250."),
        ("de", "Der Platz kostet 200 Euro.", "Insgesamt sind das 640 Euro.", "Der Platz kostet 250 Euro."),
    ],
)
def test_a_reckoned_amount_is_no_exact_contradiction_and_a_plain_one_is(
    language: str, told: str, reckoned: str, plain: str
) -> None:
    reason = f"{ANOTHER} money stands in the knowledge base"
    assert _doubtful(language, told, reckoned, "", reason)
    assert not _doubtful(language, told, plain, "", reason)
    assert _doubtful(language, told, plain, "", reason, own=0.4)


def test_a_price_for_the_customers_own_number_is_in_doubt_unless_a_limit_decides() -> None:
    reason = f"{ANOTHER} money stands in the knowledge base"
    assert _doubtful("en", "A lesson costs £20.", "It costs £70.", "What do 3 lessons of 30 minutes cost?", reason)
    told = "A parcel up to 10 kg costs £20."
    assert not _doubtful("en", told, "A parcel costs £70.", "What does a parcel of 5 kg cost?", reason)


def test_a_price_that_a_passage_adds_up_to_is_in_doubt() -> None:
    reason = f"{ANOTHER} money stands in the knowledge base"
    told = "Paikka maksaa 22 euroa. Lämmitystolppa maksaa 9 euroa lisää."
    assert _doubtful("fi", told, "Lämmitystolpallinen paikka on 31 euroa.", "", reason)
    assert not _doubtful("fi", told, "Lämmitystolpallinen paikka on 33 euroa.", "", reason)


@pytest.mark.parametrize(
    ("language", "told", "agreed", "denied"),
    [
        ("nb", "Kurset er ikke nødvendig, andre bevis godtas.", "Andre bevis godtas.", "Kurset er nødvendig."),
        ("sv", "Kursen behövs inte, andra intyg godtas.", "Andra intyg godtas.", "Kursen behövs."),
        ("da", "Kurset er ikke nødvendigt, andre beviser godtages.", "Andre beviser godtages.", "Kurset er nødvendigt."),
        ("nn", "Kurset er ikkje naudsynt, andre bevis blir godtekne.", "Andre bevis blir godtekne.", "Kurset er naudsynt."),
        ("fi", "Kurssia ei tarvita, muut todistukset hyväksytään.", "Muut todistukset hyväksytään.", "Kurssia tarvitaan."),
        ("en", "The course is not needed, other papers are taken.", "Other papers are taken.", "The course is needed."),
        ("de", "Der Kurs ist nicht nötig, andere Nachweise zählen.", "Andere Nachweise zählen.", "Der Kurs ist nötig."),
    ],
)  # fmt: skip
def test_a_denial_of_another_part_of_the_sentence_is_in_doubt(
    language: str, told: str, agreed: str, denied: str
) -> None:
    assert _doubtful(language, told, agreed, "", DENIED)
    assert not _doubtful(language, told, denied, "", DENIED)


def test_what_only_the_question_says_or_holds_for_others_is_never_exact() -> None:
    asked = "Do I pay for firing?"
    assert _doubtful("en", "Firing is not paid for.", asked, asked, DENIED)
    assert _doubtful("en", "Firing is for members.", "Guests fire pots.", "", OTHERS)


def test_a_number_for_another_matter_denies_nothing_and_one_for_the_same_does() -> None:
    base = Knowledge.from_texts(["Our claims line is open all day on +45 33 44 55 66.", "Skis are rented by the day."])
    claims = check("Ring our claims line on +45 70 80 90 10.", "Is the claims line open?", base, "en").claims
    assert [(c.verdict, c.confidence) for c in claims] == [("contradicted", "exact")]
    other = check("The ski shop answers on +45 70 80 90 10.", "Can I reach the ski shop?", base, "en").claims
    assert [c.verdict for c in other] == ["not_in_kb"]


def test_names_are_a_list_only_side_by_side() -> None:
    base = Knowledge.from_texts(["Nur Kinder aus Nachbargemeinden kommen auf die Warteliste, wenn Plätze frei sind."])
    assert check("Auch Oma und Opa dürfen mitmachen.", "Darf Oma kommen?", base, "de").verdict != "contradicted"
    cities = Knowledge.from_texts(["Advice is only given in Bonn and Trier."])
    assert check("Advice is given in Mainz.", "Is advice given in Mainz?", cities, "en").verdict == "contradicted"


@pytest.mark.parametrize(
    ("language", "told", "strange", "known"),
    [
        ("sv", "I Norge kostar surf 79 kr.", "I Brasilien kostar surf 99 kr.", "I Norge kostar surf 99 kr."),
        ("da", "I Norge koster data 79 kr.", "I Brasilien koster data 99 kr.", "I Norge koster data 99 kr."),
        ("nb", "I Sverige koster data 79 kr.", "I Brasil koster data 99 kr.", "I Sverige koster data 99 kr."),
        ("fi", "Data maksaa Norjassa 7 euroa.", "Data maksaa Brasiliassa 9 euroa.", "Data maksaa Norjassa 9 euroa."),
        ("en", "Data costs £7 in Norway.", "Data costs £9 in Brazil.", "Data costs £9 in Norway."),
    ],
)  # fmt: skip
def test_another_amount_of_a_name_that_nobody_knows_is_in_doubt(
    language: str, told: str, strange: str, known: str
) -> None:
    reason = f"{ANOTHER} money stands in the knowledge base"
    assert _doubtful(language, told, strange, "", reason)
    assert not _doubtful(language, told, known, "", reason)


@pytest.mark.parametrize(
    ("language", "told", "question", "answer"),
    [
        ("sv", "Guldkortet täcker hyrskidor och har ingen bindningstid.", "Täcker guldkortet hyrskidor?", "Ja, guldkortet täcker hyrskidor."),
        ("da", "Guldkortet dækker leje af ski og har ingen binding.", "Dækker guldkortet leje af ski?", "Ja, guldkortet dækker leje af ski."),
        ("nb", "Gullkortet dekker leie av ski og har ingen binding.", "Dekker gullkortet leie av ski?", "Ja, gullkortet dekker leie av ski."),
        ("en", "The gold card covers ski hire and has no minimum term.", "Does the gold card cover ski hire?", "Yes, the gold card covers ski hire."),
        ("de", "Die Goldkarte deckt den Skiverleih und hat keine Mindestlaufzeit.", "Deckt die Goldkarte den Skiverleih?", "Ja, die Goldkarte deckt den Skiverleih."),
    ],
)  # fmt: skip
def test_a_denial_in_the_other_half_of_a_sentence_denies_nothing_of_this_one(
    language: str, told: str, question: str, answer: str
) -> None:
    found = check(answer, question, Knowledge.from_texts([told]), language)
    assert not {DENIED, DENIED_WHOLE} & {claim.reason for claim in found.claims}
