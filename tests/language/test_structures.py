"""What a sentence means by its shape: the near miss beside the hit, in each language."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from pathlib import Path

import pytest
import yaml

from evalkit.language.lexicon_data import LANGUAGES, known_categories
from evalkit.language.lexicons import categories, scan
from evalkit.language.structures import _data, _rules, class_words
from evalkit.text.tokens import char_ngrams, words

LABELLED = Path(__file__).parents[2] / "fixtures" / "labelled" / "lexicons"


def messages(language: str) -> dict[str, dict[bool, list[str]]]:
    loaded = yaml.safe_load((LABELLED / f"{language}.yaml").read_text("utf-8"))
    return {
        category: {label in (True, "yes"): [str(m) for m in said] for label, said in sides.items()}
        for category, sides in loaded.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_labelled_messages_hold_ten_of_each_and_are_not_copies(language: str) -> None:
    everything = []
    for category, sides in messages(language).items():
        assert len(sides[True]) >= 10, category
        assert len(sides[False]) >= 10, category
        for label, said in sides.items():
            grams = [(frozenset(g for w in words(m) for g in char_ngrams(w, 4, 4)), m) for m in said]
            everything += [(category, label)] * len(said)
            for (a, left), (b, right) in combinations(grams, 2):
                assert len(a & b) <= 0.6 * len(a | b), f"{left} / {right}"
    assert len(everything) >= 280


@pytest.mark.parametrize("language", LANGUAGES)
def test_categories_that_decide_verdicts_are_heard_and_near_misses_are_not(language: str) -> None:
    right: dict[str, list[bool]] = defaultdict(list)
    for category, sides in messages(language).items():
        for wanted, said in sides.items():
            right[category] += [
                (category in categories(m, language, known_categories()[category])) == wanted for m in said
            ]
    shares = {category: sum(flags) / len(flags) for category, flags in right.items()}
    assert min(shares.values()) >= 0.85, shares


def test_every_class_of_a_rule_exists_and_speaks_every_language() -> None:
    known = _data()["classes"]
    for side in ("customer", "bot"):
        for rules in _rules(side):
            for rule in rules:
                for _, group in rule.groups:
                    assert group <= set(known), rule
                assert rule.none <= set(known), rule
    for name in known:
        for language in ("sv", "da", "nb", "fi", "en", "de"):
            assert class_words(name, language), f"{name} has no words in {language}"


def test_a_shape_without_any_phrase_is_found_at_its_place() -> None:
    text = "Hej. Jag vägrar diskutera mitt lån med en dator."
    hit = next(h for h in scan(text, "sv", "customer") if h.category == "ask_for_human")
    assert hit.phrase == ""
    assert text[hit.start : hit.end] == "vägrar diskutera mitt lån med en dator"


@pytest.mark.parametrize("text", ["SVARA PÅ FRÅGAN NU DÅ", "I HAVE BEEN HERE BEFORE"])
def test_a_message_in_capitals_shouts(text: str) -> None:
    assert "anger_frustration" in categories(text, None, "customer")


@pytest.mark.parametrize("text", ["OK", "FB-10021", "VW ID.4", "", "🙂🙂", "?" * 1000, "nej " * 20_000])
def test_odd_messages_are_read_in_a_moment(text: str) -> None:
    assert isinstance(scan(text, "sv", "customer"), tuple)


@pytest.mark.parametrize(
    ("language", "said", "asks"),
    [
        ("sv", "Kan jag inte få prata med en rådgivare?", True),
        ("da", "Må jeg ikke tale med en rådgiver?", True),
        ("sv", "Jag vill inte prata med en rådgivare.", False),
        ("sv", "I annonsen står det «ring och prata med en människa», gäller rabatten?", False),
        ("nb", "Min mor ba om å få snakke med en rådgiver.", False),
        ("de", "Holen Sie mir bitte eine Kundenberaterin.", True),
        ("en", "No need to put me through to anyone.", False),
    ],
)
def test_politeness_quotes_other_people_and_compounds_are_told_apart(language: str, said: str, asks: bool) -> None:
    assert ("ask_for_human" in categories(said, language, "customer")) is asks


@pytest.mark.parametrize("word", ["klageteamet", "Klageteam", "svindelteamet"])
def test_the_later_part_of_a_compound_is_heard(word: str) -> None:
    assert "handoff_announcement" in categories(f"Jeg sender saken videre til {word}.", "nb", "bot")


@pytest.mark.parametrize(
    "said",
    [
        "The exchange for your Desk Lamp has been successfully initiated.",
        "If I were to escalate this to a supervisor, they would say the same.",
        "If you’d like me to transfer you to a human agent, say so.",
    ],
)
def test_a_thing_or_a_supposition_is_no_hand_over(said: str) -> None:
    assert "handoff_announcement" not in categories(said, "en", "bot")


@pytest.mark.parametrize(
    ("language", "said", "is_fallback"),
    [
        ("sv", "Det har jag tyvärr inget svar på.", True),
        ("sv", "Jag hittar tyvärr inget om det.", True),
        ("da", "Det har jeg desværre ikke noget svar på.", True),
        ("nb", "Det har jeg dessverre ikke noe svar på.", True),
        ("nn", "Det har eg diverre ikkje svar på.", True),
        ("fi", "Siihen minulla ei valitettavasti ole vastausta.", True),
        ("en", "I don't have an answer to that.", True),
        ("de", "Darauf habe ich leider keine Antwort.", True),
        ("sv", "Det har jag ingen information om.", True),
        ("de", "Dazu liegen mir keine Informationen vor.", True),
        ("en", "I couldn't find anything about that.", True),
        ("fi", "En löytänyt siitä tietoa.", True),
        ("nb", "Det finner jeg ikke noe svar på.", True),
        ("sv", "Du får inget svar förrän på måndag.", False),
        ("sv", "Jag hittar ingen order med det numret.", False),
        ("en", "You don't need to have any information at hand.", False),
        ("de", "Sie müssen keine Angaben machen.", False),
        ("sv", "Vi har ingen avgift.", False),
        ("en", "We have no fee for that.", False),
        ("fi", "Meillä ei ole toimitusmaksua.", False),
        ("da", "Vi har ikke åbent om søndagen.", False),
        ("en", "If you find any information that is wrong, tell us.", False),
    ],
)
def test_a_bot_that_finds_no_answer_says_so(language: str, said: str, is_fallback: bool) -> None:
    assert ("bot_fallback" in {hit.category for hit in scan(said, language, "bot")}) == is_fallback
