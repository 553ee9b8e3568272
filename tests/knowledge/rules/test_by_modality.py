"""Plain opposites of a claim: denied outright, granted outright, required where it is waived; and their neighbours."""

from __future__ import annotations

import pytest

from evalkit.knowledge import Knowledge, check
from evalkit.knowledge.reading.modality import modality
from evalkit.knowledge.rules.by_modality import DENIED_WHOLE, GRANTED, LEFT_OUT, NOT_REQUIRED, REQUIRED
from evalkit.text.data_files import yaml_data

LANGUAGES = ("sv", "da", "nb", "nn", "fi", "en", "de")


def reason(language: str, text: str, question: str, answer: str) -> tuple[str, str]:
    found = check(answer, question, Knowledge.from_texts([text]), language=language)
    return found.verdict, next((c.reason for c in found.claims if c.verdict == found.verdict), "")


def test_every_list_of_small_words_is_filled_in_seven_languages() -> None:
    for name, by_language in yaml_data("evalkit.knowledge", "data/modality.yaml").items():
        assert all(by_language.get(language) for language in LANGUAGES), name
        assert all(isinstance(word, str) for words in by_language.values() for word in words), name


@pytest.mark.parametrize(
    ("language", "text", "duty"),
    [
        ("sv", "Du behöver inte boka tid.", "lifted"),
        ("sv", "Du måste boka tid.", "must"),
        ("da", "Der kræves ingen tilmelding.", "lifted"),
        ("da", "Du skal tilmelde dig.", "must"),
        ("nb", "Det kreves ikke kvittering.", "lifted"),
        ("nb", "Du må vise kvittering.", "must"),
        ("nn", "Det er frivillig å møte.", "lifted"),
        ("nn", "Du treng løyve frå styret.", "must"),
        ("fi", "Kuittia ei tarvita.", "lifted"),
        ("fi", "Kuitti vaaditaan.", "must"),
        ("en", "A receipt is not always required.", "lifted"),
        ("en", "You must not smoke here.", ""),
        ("en", "Do not forget that you need a receipt.", "must"),
        ("sv", "Glöm inte att du behöver kvittot.", "must"),
        ("sv", "Den som inte fyllt 15 behöver en vuxen med.", ""),
        ("de", "Sie brauchen dafür keinen Beleg.", "lifted"),
        ("de", "Ein Beleg ist erforderlich.", "must"),
    ],
)
def test_a_denied_duty_is_lifted_and_a_denied_deed_is_no_duty(language: str, text: str, duty: str) -> None:
    assert modality(text, language).duty == duty


@pytest.mark.parametrize(
    ("language", "text", "waived"),
    [
        ("sv", "Du kan byta utan kvitto.", "kvitto."),
        ("sv", "Du kan byta utan extra kostnad.", None),
        ("da", "Du kan bytte uden bon.", "bon."),
        ("nb", "Du kan bytte selv om esken er åpnet.", "esken er åpnet."),
        ("nn", "Du kan ikkje byte utan kvittering.", None),
        ("fi", "Vaihto onnistuu ilman kuittia.", None),
        ("en", "You can swap it even if the box is open.", "the box is open."),
        ("en", "You can swap it without any charge.", None),
        ("de", "Der Umtausch geht auch ohne Kassenzettel.", "kassenzettel."),
    ],
)
def test_what_is_waived_stands_after_without_and_money_is_no_condition(
    language: str, text: str, waived: str | None
) -> None:
    found = modality(text, language)
    told = None if found.waived is None else found.text[slice(*found.waived)].strip()
    assert told == (waived if language != "fi" else "kuittia.")


@pytest.mark.parametrize(
    ("language", "text", "question", "answer", "why"),
    [
        ("sv", "Kajaken lånas inte ut.", "Kan jag låna en kajak?", "Ja, kajaken lånas gärna ut.", DENIED_WHOLE),
        ("da", "Vi sliber ikke sakse.", "Sliber I sakse?", "Ja, vi sliber sakse med glæde.", DENIED_WHOLE),
        ("nb", "Vi sliper ikke skøyter.", "Sliper dere skøyter?", "Ja, vi sliper skøyter.", DENIED_WHOLE),
        ("en", "We do not sharpen skates.", "Do you sharpen skates?", "Yes, we sharpen skates.", DENIED_WHOLE),
        ("de", "Wir schleifen keine Schlittschuhe.", "Schleifen Sie Schlittschuhe?", "Ja, wir schleifen Schlittschuhe.", DENIED_WHOLE),
        ("sv", "Deltagarna måste bära hjälm på banan.", "Får min son åka?", "Ja, hjälm på banan behövs inte.", REQUIRED),
        ("nb", "Kajakken kan leies dersom du viser våttkort.", "Kan jeg leie kajakk?", "Ja, du kan leie kajakk uten våttkort.", REQUIRED),
        ("en", "Kayaks can be hired if you show a paddling card.", "Can I hire a kayak?", "Yes, you can hire a kayak without a paddling card.", REQUIRED),
        ("de", "Teilnehmer müssen auf der Bahn einen Helm tragen.", "Darf mein Sohn fahren?", "Ja, ein Helm auf der Bahn ist nicht erforderlich.", REQUIRED),
        ("nb", "Hunden må gå i bånd.", "Kan hunden gå løs?", "Ja, om hunden går i bånd eller ikke, spiller ingen rolle.", REQUIRED),
        ("nn", "Du kan bytte ryggsekken dersom merkelappen er heil.", "Kan eg byte?", "Ja, du kan byte ryggsekken anten merkelappen er heil eller ikkje.", REQUIRED),
        ("fi", "Kajakin saa lainata, jos näyttää melontakortin.", "Saako kajakin lainata?", "Kyllä, kajakin saa lainata, melontakorttia ei tarvita.", REQUIRED),
        ("da", "Rabatten gælder kun kajakker i plast.", "Hvad gælder rabatten?", "Rabatten gælder alle kajakker.", LEFT_OUT),
        ("sv", "Rabatten gäller bara kajaker av plast.", "Vad gäller rabatten för?", "Rabatten gäller alla kajaker.", LEFT_OUT),
        ("sv", "Hjälm på banan är frivilligt.", "Måste jag ha hjälm på banan?", "Ja, hjälm på banan bärs av varje åkare.", NOT_REQUIRED),
        ("en", "A helmet on the track is optional.", "Do I have to wear a helmet on the track?", "Yes, a helmet is worn on the track.", NOT_REQUIRED),
    ],
)  # fmt: skip
def test_a_plain_opposite_is_a_contradiction(language: str, text: str, question: str, answer: str, why: str) -> None:
    assert reason(language, text, question, answer) == ("contradicted", why)


@pytest.mark.parametrize(
    ("language", "text", "question", "answer"),
    [
        # A denial that is bound to a case, or to another thing, or that the answer tells too.
        ("sv", "Kajaken lånas inte ut efter klockan 18.", "Kan jag låna en kajak?", "Ja, kajaken lånas gärna ut."),
        ("da", "Vi sliber ikke sakse.", "Sliber I knive?", "Ja, vi sliber knive med glæde."),
        ("nb", "Sliping. Vi sliper kniver. Vi sliper ikke Isbjørn-skøyter.", "Sliper dere Polar-skøyter?", "Ja, vi sliper Polar-skøyter."),
        ("en", "We do not sharpen skates.", "Do you sharpen skates?", "No, we sharpen nothing but knives."),
        ("en", "We do not sharpen skates.", "Don't you sharpen skates?", "Yes, that is right."),
        ("de", "Tarife. Im Tarif Nord ist ein Schrank dabei. Im Tarif Tag gibt es keinen Schrank.", "Ist im Tarif Nord ein Schrank dabei?", "Ja, im Tarif Nord ist ein Schrank dabei."),
        # What is waived is what the base waives, or the answer excludes it.
        ("nb", "Kajakken kan leies også uten våttkort.", "Kan jeg leie kajakk?", "Ja, du kan leie kajakk uten våttkort."),
        ("en", "Kayaks can be hired if you show a paddling card.", "Can I hire a kayak?", "No, you cannot hire a kayak without a paddling card."),
        ("de", "Teilnehmer müssen auf der Bahn einen Helm tragen.", "Darf mein Sohn fahren?", "Ja, auf der Bahn muss er einen Helm tragen."),
        ("sv", "Rabatten gäller alla kajaker.", "Vad gäller rabatten för?", "Rabatten gäller alla kajaker."),
        ("da", "Rabatten gælder ikke kajakker.", "Hvad gælder rabatten?", "Rabatten gælder alle undtagen kajakker."),
        ("sv", "Hjälm på banan är frivilligt.", "Måste jag ha hjälm på banan?", "Nej, hjälm på banan är frivilligt."),
    ],
)  # fmt: skip
def test_its_neighbours_are_none(language: str, text: str, question: str, answer: str) -> None:
    plain = {DENIED_WHOLE, GRANTED, REQUIRED, NOT_REQUIRED, LEFT_OUT}
    assert reason(language, text, question, answer)[1] not in plain


@pytest.mark.parametrize(
    ("language", "text", "question", "answer", "granted"),
    [
        ("sv", "Vi lagar även cykelkorgar.", "Lagar ni cykelkorgar?", "Vi lagar inte cykelkorgar.", True),
        ("sv", "Vi lagar bara cykelkorgar av metall.", "Lagar ni cykelkorgar?", "Vi lagar inte cykelkorgar.", False),
        ("da", "Vi reparerer også paraplyer.", "Reparerer I paraplyer?", "Vi reparerer ikke paraplyer.", True),
        ("en", "We also mend umbrellas.", "Do you mend umbrellas?", "We do not mend umbrellas.", True),
        ("en", "We also mend umbrellas. Old umbrellas we never mend.", "Do you mend old umbrellas?", "We do not mend old umbrellas.", False),
        ("de", "Wir reparieren auch Regenschirme.", "Reparieren Sie Regenschirme?", "Wir reparieren keine Regenschirme.", True),
        ("fi", "Korjaamme myös sateenvarjoja.", "Korjaatteko sateenvarjoja?", "Emme korjaa sateenvarjoja.", True),
    ],
)  # fmt: skip
def test_a_plain_no_to_what_the_base_grants(
    language: str, text: str, question: str, answer: str, granted: bool
) -> None:
    assert (reason(language, text, question, answer) == ("contradicted", GRANTED)) is granted


def test_a_language_without_lists_is_read_without_modality() -> None:
    assert modality("Anything at all is required", "xx").duty == ""


PERMITTING = {
    "sv": "Badkläder av ylle är tillåtna, men inte skor med klackar. Du får använda egen handduk.",
    "da": "Du må gerne bruge dit eget håndklæde. Høje hæle er ikke tilladt.",
    "nb": "Eget håndkle er tillatt, men ikke sko med høye hæler.",
    "nn": "Du kan bruke eige handkle. Høge hælar er ikkje lov.",
    "fi": "Oma pyyhe on sallittu, mutta korkokengät eivät.",
    "en": "You may use your own towel. High heels are not allowed.",
    "de": "Eigene Handtücher sind erlaubt, aber keine Schuhe mit Absatz.",
}


@pytest.mark.parametrize(
    ("language", "question", "answer", "exact"),
    [
        ("sv", "Får jag använda egen handduk?", "Nej, tyvärr.", True),
        ("sv", "Får jag ha skor med klackar?", "Nej, skor med klackar är inte tillåtna.", False),
        ("da", "Må jeg bruge mit eget håndklæde?", "Nej, det må du ikke.", True),
        ("da", "Må jeg have høje hæle på?", "Nej, høje hæle er ikke tilladt.", False),
        ("nb", "Er eget håndkle tillatt?", "Nei, eget håndkle er ikke tillatt.", True),
        ("nn", "Kan eg bruke eige handkle?", "Nei, det kan du ikkje.", True),
        ("fi", "Onko oma pyyhe sallittu?", "Ei, oma pyyhe ei ole sallittu.", True),
        ("en", "May I use my own towel?", "No, sorry.", True),
        ("en", "Are high heels allowed?", "No, high heels are not allowed.", False),
        ("de", "Sind eigene Handtücher erlaubt?", "Nein, eigene Handtücher sind nicht erlaubt.", True),
        ("de", "Sind eigene Handtücher erlaubt?", "Ja, eigene Handtücher sind erlaubt.", False),
    ],
)
def test_a_no_to_what_is_allowed_in_words_is_wrong(language: str, question: str, answer: str, exact: bool) -> None:
    claims = check(answer, question, Knowledge.from_texts([PERMITTING[language]]), language).claims
    assert (("contradicted", "exact") in {(c.verdict, c.confidence) for c in claims}) is exact
