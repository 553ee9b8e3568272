"""The brand's voice: the same words, two brands, and each slip with the words that show it."""

from __future__ import annotations

import pytest

from evalkit.errors import PolicyError
from evalkit.scorers.desk import lix_baseline
from tests.scorers.conftest import Judge, talk


def test_two_brands_score_the_same_reply_differently(judge: Judge) -> None:
    said = talk("c: Wo ist mein Paket?", "b: Hey! Dein Paket ist schon unterwegs 🎉", language="de")
    bank = judge("tone", said, settings={"profile": "bank_insurance"})
    shop = judge("tone", said, settings={"policy": {"tone": {"brand": "streetwear"}}})
    assert bank.data["distance"] > shop.data["distance"]
    assert {"tone.pronoun", "tone.emoji", "tone.exclamation"} <= {f.rule for f in bank.findings}
    assert shop.findings == ()


@pytest.mark.parametrize(
    ("rule", "said", "language"),
    [
        ("tone.mixed_pronouns", ("c: Hallo", "b: Du kannst warten. Bitte rufen Sie uns an."), "de"),
        ("tone.no_empathy", ("c: Det här är helt värdelöst!", "b: Paketet kommer på fredag."), "sv"),
        ("tone.emoji_when_upset", ("c: Min man gick bort förra veckan", "b: Då avslutar vi abonnemanget 👍"), "sv"),
        (
            "tone.danish",
            ("c: Hvor er pakken?", "b: Vi har noget meget bra til deg, og du får svar på alt i kveld."),
            "nb",
        ),
        (
            "tone.name_use",
            ("c: Hej", "b: Hej Anna! Hur är det?", "c: Bra", "b: Vad kul, Anna.", "c: Ja", "b: Välkommen åter, Anna."),
            "sv",
        ),
        ("tone.cheerful_when_serious", ("c: Min man gick bort", "b: Underbart, vad roligt att du skrev!"), "sv"),
        ("tone.profanity", ("c: Fan vad ni strular", "b: Ja, fan, det var dumt."), "sv"),
        ("tone.questions", ("c: Hej", "b: Vad gäller det? Vilken order? När köpte du den?"), "sv"),
        ("tone.long", ("c: Hej", "b: " + "Vi skickar paketet i morgon bitti. " * 30), "sv"),
    ],
)
def test_a_slip_is_told_by_its_rule(rule: str, said: tuple[str, ...], language: str, judge: Judge) -> None:
    assert rule in {f.rule for f in judge("tone", talk(*said, language=language)).findings}


def test_a_forbidden_phrase_fails_exactly_at_its_place(judge: Judge) -> None:
    said = talk("c: Hej", "b: Det är enligt våra rutiner omöjligt.", language="sv")
    tone = {"dont": {"sv": ["enligt våra rutiner"]}}
    found = judge("tone", said, settings={"policy": {"tone": tone}})
    (slip,) = [f for f in found.findings if f.rule == "tone.forbidden"]
    assert (found.verdict, slip.confidence) == ("fail", "exact")
    assert said.turns[1].text[slip.start : slip.end] == "enligt våra rutiner"


def test_an_unknown_brand_is_named_with_its_neighbour(judge: Judge) -> None:
    from evalkit.policy.sections import TonePolicy
    from evalkit.scorers.tone import _voice

    with pytest.raises(PolicyError, match="unknown brand 'bnak'; did you mean 'bank'"):
        _voice(TonePolicy(brand="bnak"))


def test_the_own_desk_gives_the_reading_level_by_language(judge: Judge) -> None:
    plain = "h: " + "Hej. Paketet är på väg till dig nu. Det kommer i dag. " * 8
    found = lix_baseline(
        [talk("c: Var är mitt paket?", plain, language="sv"), talk("c: Hei", "h: Hei!", language="nb")]
    )
    assert list(found) == ["sv"]
    assert 0 < found["sv"] < 40
    stiff = "b: " + "Leveransinformationen tillhandahålls genom transportföretagets kundtjänstavdelning. " * 12
    settings = {"policy": {"tone": {"lix_baseline": found}}}
    rules = {f.rule for f in judge("tone", talk("c: Hej", stiff, language="sv"), settings=settings).findings}
    assert "tone.readability" in rules
