"""The wider glossary adds to the sure concepts and takes nothing from them."""

from __future__ import annotations

from collections import Counter

from evalkit.knowledge.reading.glossary import further_concepts
from evalkit.knowledge.reading.wording import alike, wording
from evalkit.text.normalise import comparable


def concepts(text: str) -> list[str | None]:
    return [term.concept for term in wording(text).terms]


def test_each_word_of_the_glossary_stands_once_and_as_it_is_compared() -> None:
    said = [entry for _, entries in further_concepts() for entry in entries]
    assert [entry for entry, n in Counter(said).items() if n > 1] == []
    assert [entry for entry in said if entry != comparable(entry)] == []
    assert [
        entry for entry in said if len(entry.split()) > 4 or len(entry.split()[0].rstrip("*")) > 14 and "*" in entry
    ] == []


def test_two_wordings_of_a_thing_are_alike_through_the_glossary() -> None:
    for one, other in (("varukorgen", "kundvagnen"), ("Führerschein", "ajokortti"), ("tandlæge", "dentist")):
        assert alike(wording(one).terms[0], wording(other).terms[0]) >= 0.75


def test_a_phrase_of_the_glossary_leaves_a_word_of_a_sure_concept_alone() -> None:
    assert "password" in concepts("Nulstille adgangskode")
    assert concepts("Frakten kostar 49 kr") == ["shipping", "cost"]
