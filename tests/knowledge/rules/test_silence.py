"""A thing, a channel or a name that no article tells of is neither told nor denied, whatever else the answer says."""

from __future__ import annotations

import pytest

from evalkit.knowledge import Knowledge, check
from evalkit.knowledge.reading.glossary import concepts, further_concepts, phrases, things
from evalkit.knowledge.rules.silence import SILENT

BASES = {
    "sv": ("Frukosten serveras 7–10 och kostar 120 kr.", "Du når oss på 08-555 12 34."),
    "da": ("Morgenmaden serveres 7–10 og koster 120 kr.", "Du når os på 33 12 45 67."),
    "nb": ("Frokosten serveres 7–10 og koster 120 kr.", "Du når oss på 22 12 45 67."),
    "nn": ("Frukosten blir servert 7–10 og kostar 120 kr.", "Du når oss på 22 12 45 67."),
    "fi": ("Aamiainen tarjoillaan klo 7–10 ja se maksaa 12 euroa.", "Tavoitat meidät numerosta 09 123 4567."),
    "en": ("Breakfast is served from 7 to 10 and costs £12.", "You can reach us on 020 7946 0123."),
    "de": ("Das Frühstück gibt es von 7 bis 10 Uhr für 12 €.", "Sie erreichen uns unter 030 123 4567."),
}


@pytest.mark.parametrize(
    ("language", "question", "answer"),
    [
        ("sv", "Vad kostar frukosten?", "Frukosten kostar 120 kr och studenter får rabatt."),
        ("sv", "Hur når jag er?", "Du når oss på 08-555 12 34 eller i chatten."),
        ("da", "Hvordan når jeg jer?", "Du når os på 33 12 45 67 eller på Messenger."),
        ("nb", "Hva koster frokosten?", "Frokosten koster 120 kr, og du får en plakat på kjøpet."),
        ("nn", "Kva kostar frukosten?", "Frukosten kostar 120 kr, og du kan betale i appen."),
        ("fi", "Mitä aamiainen maksaa?", "Aamiainen maksaa 12 euroa ja saat lisäksi jäätelöä."),
        ("en", "How do I reach you?", "You can reach us on 020 7946 0123 or on Instagram."),
        ("de", "Was kostet das Frühstück?", "Das Frühstück kostet 12 €, und dazu gibt es einen Gutschein im WhatsApp-Kanal."),
        ("en", "Who serves breakfast?", "Breakfast is served from 7 to 10 by Hollowbridge Catering."),
        ("sv", "Kan jag avboka frukosten?", "Lägg till en frukostförsäkring när du bokar frukosten."),
    ],
)  # fmt: skip
def test_what_no_article_names_is_not_in_the_knowledge_base(language: str, question: str, answer: str) -> None:
    found = check(answer, question, Knowledge.from_texts(BASES[language]), language)
    assert found.verdict == "not_in_kb"
    assert SILENT in {claim.reason for claim in found.claims}


@pytest.mark.parametrize(
    ("language", "question", "answer"),
    [
        ("sv", "Vad kostar frukosten?", "Frukosten kostar 120 kr."),
        ("da", "Hvordan når jeg jer?", "Ring til os på 33 12 45 67."),
        ("nb", "Når er det frokost?", "Frokosten serveres 7–10."),
        ("nn", "Kva kostar frukosten?", "Han kostar 120 kr."),
        ("fi", "Mitä aamiainen maksaa?", "Se maksaa 12 euroa."),
        ("en", "When is breakfast on a Monday in May?", "On Mondays in May breakfast is served from 7 to 10."),
        ("de", "Was kostet das Frühstück?", "Das Frühstück kostet 12 €."),
        # What is denied may well be true, and what is asked is the customer's word.
        ("en", "Is there a chat?", "No, we have no chat."),
        ("en", "Does Anna get breakfast?", "Anna gets breakfast from 7 to 10."),
    ],
)
def test_a_near_miss_is_not_silence(language: str, question: str, answer: str) -> None:
    claims = check(answer, question, Knowledge.from_texts(BASES[language]), language).claims
    assert SILENT not in {claim.reason for claim in claims}


@pytest.mark.parametrize(
    ("told", "question", "answer", "language"),
    [
        ("Studenter har 10 % rabatt.", "Har ni studentrabatt?", "Ja, studenter får 10 % rabatt.", "sv"),
        ("Members get 15% off at the till.", "Is there a discount?", "Yes, the discount for members is 15%.", "en"),
        ("Jäsen maksaa 15 % vähemmän.", "Onko alennusta?", "Kyllä, jäsenen alennus on 15 %.", "fi"),
        ("Mitglieder zahlen 15 Prozent weniger.", "Gibt es Rabatt?", "Ja, 15 % Rabatt für Mitglieder.", "de"),
        ("Ring oss eller skriv till info@lindabo.example.", "Hur når jag er?", "Du kan mejla oss.", "sv"),
        ("Die Reiseversicherung kostet 9 €.", "Gibt es eine Versicherung?", "Ja, eine Versicherung kostet 9 €.", "de"),
        ("# WiFi\n\nThe password is at the desk.", "Is there WiFi?", "Yes, the WiFi password is at the desk.", "en"),
    ],
)
def test_a_thing_is_told_in_other_words_by_an_address_or_in_a_heading(
    told: str, question: str, answer: str, language: str
) -> None:
    claims = check(answer, question, Knowledge.from_texts([told]), language).claims
    assert SILENT not in {claim.reason for claim in claims}


def test_what_only_some_of_a_kind_exclude_is_still_contradicted() -> None:
    base = Knowledge.from_texts(["At the stations you can only pay by card."])
    assert (
        check("Yes, you can pay by Vipps at the stations.", "Can I pay by Vipps?", base, "en").verdict == "contradicted"
    )


def test_each_thing_is_a_concept_of_the_glossary() -> None:
    known = {name for name in concepts() if not name.startswith("_")} | {name for name, _ in further_concepts()}
    assert things() - known == set()
    assert len(phrases(wide=True)[0]) > len(things())


@pytest.mark.parametrize(
    ("language", "question", "answer"),
    [
        ("sv", "Var ligger ni?", "Du hittar oss på Kvarnvägen 12."), ("da", "Hvor ligger I?", "Du finder os på Bryggergade 7."),
        ("nb", "Hvor er dere?", "Du finner oss i Verkstedgata 9."), ("nn", "Kvar held de til?", "Du finn oss i Naustvegen 3."),
        ("fi", "Missä olette?", "Löydät meidät osoitteesta Myllykatu 4."), ("de", "Wo finde ich Sie?", "Sie finden uns in der Gerberstraße 11."),
        ("da", "Hvordan får jeg besked?", "Morgenmaden serveres 7–10, og du får en sms-besked før."),
    ],
)  # fmt: skip
def test_a_street_and_a_compound_with_a_hyphen_are_told_nowhere(language: str, question: str, answer: str) -> None:
    claims = check(answer, question, Knowledge.from_texts(BASES[language]), language).claims
    assert SILENT in {claim.reason for claim in claims}


@pytest.mark.parametrize(
    ("told", "question", "answer", "language"),
    [
        ("Vi ligger på Kvarnvägen 12.", "Var ligger ni?", "Du hittar oss på Kvarnvägen 12.", "sv"),
        ("Du får en sms dagen före.", "Får jag en påminnelse?", "Ja, du får ett sms-meddelande dagen före.", "sv"),
        ("Das Frühstück kostet 12 €.", "Was kostet das Frühstück?", "Es kostet auf dem Weg 12 €.", "de"),
    ],
)
def test_a_street_and_a_hyphen_that_are_told_are_no_silence(
    told: str, question: str, answer: str, language: str
) -> None:
    claims = check(answer, question, Knowledge.from_texts([told]), language).claims
    assert SILENT not in {claim.reason for claim in claims}


@pytest.mark.parametrize(
    ("language", "told", "question", "unknown", "known"),
    [
        ("sv", "Cykelpumpen kostar 90 kr.", "Vad kostar {}?", "sadelskyddet", "cykelpumpen"),
        ("da", "Cykelpumpen koster 90 kr.", "Hvad koster {}?", "sadelovertrækket", "cykelpumpen"),
        ("nb", "Sykkelpumpen koster 90 kr.", "Hva koster {}?", "setetrekket", "sykkelpumpen"),
        ("nn", "Sykkelpumpa kostar 90 kr.", "Kva kostar {}?", "setetrekket", "sykkelpumpa"),
        ("fi", "Pyöräpumppu maksaa 9 euroa.", "Paljonko {} maksaa?", "satulansuoja", "pyöräpumppu"),
        ("en", "The bicycle pump costs £9.", "How much is the {}?", "mudguard", "bicycle pump"),
        ("de", "Die Fahrradpumpe kostet 9 €.", "Was kostet {}?", "der Kotschützer", "die Fahrradpumpe"),
    ],
)
def test_a_price_of_what_no_passage_names_is_not_held_against_what_another_thing_costs(
    language: str, told: str, question: str, unknown: str, known: str
) -> None:
    base = Knowledge.from_texts([told])
    said = {"fi": "{} maksaa 14 euroa.", "en": "The {} costs £14.", "de": "{} kostet 14 €."}
    said |= {"sv": "{} kostar 140 kr.", "nn": "{} kostar 140 kr."}
    verdicts = []
    for thing in (unknown, known):
        answer = said.get(language, "{} koster 140 kr.").format(thing)
        verdicts.append(check(answer[:1].upper() + answer[1:], question.format(thing), base, language).verdict)
    assert verdicts == ["not_in_kb", "contradicted"]
