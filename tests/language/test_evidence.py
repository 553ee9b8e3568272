"""What the words of a message speak for together."""

from __future__ import annotations

from importlib.resources import files
from itertools import combinations
from zlib import crc32

import numpy as np
import pytest

from evalkit.language.evidence import _known, marks, number, odds, own, pieces, spelled, spoken_for
from evalkit.language.learnt import Rows, learnt
from evalkit.language.lexicons import categories
from evalkit.language.structures import class_words
from evalkit.text.said import Said


def test_the_marks_of_a_message_are_how_it_is_written():
    assert marks("Who, me?", 2) == ("?", "length 0")
    assert marks("SVARA NÅGON GÅNG DÅ!!", 4) == ("!", "!!", "capitals", "length 1")
    assert "👍" in marks("ok 👍", 1)


def test_words_are_weighed_without_foreign_letters_and_drawn_out_ones_shortened():
    assert [spelled(word) for word in ("åååh", "nei")] == ["aah", "nei"]
    assert pieces("nei") == ["^ne", "nei", "ei$", "^nei", "nei$", "^nei$"]


def test_a_very_long_message_and_an_empty_one_speak_for_nothing():
    said = "let me talk to a real person please"
    assert "ask_for_human" in spoken_for(Said(said), ("human", "talk"), "customer")
    assert own(Said(said * 10), ("human", "talk"), "customer") is own(Said(""), (), "customer") is None
    assert odds(None, "customer", ("first",)) == {}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("sv", "finns det nån vettig hos er som kan ringa mig om elen"),
        ("da", "er der nogen hos jer med forstand på varmepumper jeg kan tale med"),
        ("nb", "kan sjefen din ringe meg"),
        ("fi", "oisko siellä joku oikea ihminen joka vois soittaa mulle"),
        ("en", "could somebody in charge over there ring me"),
        ("de", "gibt es bei euch jemanden der sich auskennt und mich anruft"),
    ],
)
def test_a_wish_for_a_person_is_heard_in_words_that_no_list_holds_together(language, text):
    assert "ask_for_human" in categories(text, language, "customer")


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("sv", "vad kostar det att byta elmätare hos er"),
        ("nb", "hvordan overfører jeg billetten til en kollega"),
        ("en", "what does a day pass cost for a family of four over there"),
        ("de", "wann hat die Filiale am Samstag offen"),
    ],
)
def test_a_question_about_something_else_is_no_wish_for_a_person(language, text):
    assert "ask_for_human" not in categories(text, language, "customer")


def test_what_stands_around_a_message_weighs_in_on_it():
    told = own(Said("och när ska det bli då"), (), "customer")
    alone = odds(told, "customer")["anger_frustration"]
    assert odds(told, "customer", ("answer again",))["anger_frustration"] != alone


def test_signs_weigh_the_same_whether_they_stand_in_a_message_or_around_it():
    said, inside, outside = Said("och när ska det bli då"), ("neg", "wh", "trouble"), ("answer again", "first", "wh")
    apart = odds(own(said, inside, "customer"), "customer", outside)
    assert apart == pytest.approx(odds(own(said, (*outside, *inside), "customer"), "customer"))


@pytest.mark.parametrize("language", ["sv", "da", "nb", "nn", "fi", "en", "de"])
def test_the_tables_of_shapes_are_read_as_one(language):
    assert class_words("human", language) and class_words("bypass", language) and class_words("who_of_you", language)


def test_rows_that_are_added_as_one_number_add_up_column_by_column() -> None:
    rows = Rows(np.array([[127, -128, 0], [127, -128, 1], [-128, 127, -1]], np.int8), np.array([0.5, 1.0, 2.0]))
    assert rows.added([rows.row(at) for at in (0, 1, 2, 2)]) == [-1.0, -2.0, -2.0]
    assert rows.added([rows.row(1), rows.row(1)], 0.5) == [63.5, -128.0, 2.0]


_NAMES = ("start", "signs", "single", "pairs", "pairs_step", "numbers", "rows", "rows_step")


@pytest.mark.parametrize("side", ["customer", "bot"])
def test_what_stands_side_by_side_in_one_number_adds_up_as_the_table_says(side: str) -> None:
    with files("evalkit.language").joinpath("data/weights.npz").open("rb") as file:
        table = np.load(file)
        start, signs, single, pairs, pairs_step, numbers, rows, step = (table[f"{side}_{name}"] for name in _NAMES)
    known, said = learnt(side), ["neg", "wh", "?", "says complaint", "ends", "length 2"]
    at = [list(signs).index(sign) for sign in said if sign in signs]
    two = sum(pairs[min(a, b), max(a, b)].astype(int) for a, b in combinations(at, 2))
    n_pairs = len(at) * (len(at) - 1) // 2
    wanted = start + single[at].astype(float).sum(0) * len(at) ** -0.5 + two * pairs_step * n_pairs**-0.5
    assert known.of_signs(known.signed(said[3:], known.signed(said[:3]))) == pytest.approx(wanted, abs=1e-5)
    held = {int(number): row.astype(int) for number, row in zip(numbers, rows, strict=True)}
    own, parts, beside = ([int(n) for n in some] for some in (numbers[:1], numbers[1:5], numbers[5:7]))
    added = (sum(held[n] for n in some) * scale for some, scale in ((own, 1), (parts, 5**-0.5), (beside, 3**-0.5)))
    assert known.of_words(known.word(own[0], [*parts, -1]), 1, [*beside, -1]) == pytest.approx(sum(added) * step)


def test_a_pair_and_a_piece_have_the_number_under_which_they_were_learned() -> None:
    known, start, _ = _known("customer")
    word = known["hej"]
    assert crc32(word.spelled, start.first) == number("beside", "^", "hej")
    parts = [number("piece", piece) for piece in pieces("hej")]
    assert learnt("customer").word(number("word", "hej"), parts) == word.rows
