from __future__ import annotations

from evalkit.knowledge import Knowledge
from evalkit.knowledge.claims import claims_of
from evalkit.knowledge.judgements import reading_of
from evalkit.knowledge.weighing.signs import signs


def _signs(answer: str, kb: str, language: str | None, question: str = "") -> list[str]:
    (claim,) = claims_of(answer, question=question, language=language)
    reading = reading_of(claim, question, Knowledge.from_texts([kb]), language)
    assert reading is not None
    return signs(reading)


def test_a_concept_is_one_sign_in_every_language() -> None:
    swedish = _signs("Frakten är dyr.", "Returer är gratis.", "sv")
    german = _signs("Der Versand ist teuer.", "Retouren sind gratis.", "de")
    assert "term+:shipping" in swedish
    assert "term+:shipping" in german


def test_what_the_sentence_says_and_nobody_speaks_of_is_a_sign() -> None:
    told = _signs("Returen hämtas av budet.", "Returen hämtas av budet utan emballage.", "sv")
    assert any(name.startswith("term-:") for name in told)
    asked = _signs("Returen hämtas av budet.", "Returen hämtas av budet utan emballage.", "sv", "Emballage då?")
    assert {n for n in told if n.startswith("term-:")} - set(asked)


def test_words_are_signs_of_their_own_language_only() -> None:
    assert "sv:hämtas" in _signs("Returen hämtas av budet.", "Returen är gratis.", "sv")
    assert not any(name.startswith("sv") for name in _signs("Returen hämtas av budet.", "Returen är gratis.", None))


def test_both_norwegian_languages_share_their_words() -> None:
    assert "no:hentes" in _signs("Pakken hentes av oss.", "Pakken er gratis.", "nb")
    assert "no:pakken" in _signs("Pakken er hos oss i dag.", "Pakken er gratis.", "nn")


def test_each_sign_counts_once() -> None:
    found = _signs("Bara bara bara på vardagar.", "Öppet på vardagar.", "sv")
    assert len(found) == len(set(found))
