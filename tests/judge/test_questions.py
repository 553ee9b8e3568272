"""Packs are complete in six languages, and an own question is checked before it is asked."""

from __future__ import annotations

import pytest

from evalkit.errors import InputError
from evalkit.judge.questions import load_questions, pack_names


def test_the_seven_packs_speak_six_languages() -> None:
    assert set(pack_names()) == {
        "correctness", "tone", "empathy", "escalation", "handover", "resolution", "satisfaction",
    }  # fmt: skip
    for question in load_questions(pack_names()):
        assert set(question.text) == {"sv", "da", "nb", "fi", "en", "de"}, question.id
        assert set(question.passing) <= set(question.answers), question.id
        assert question.allowed[-1] == "cannot_tell"


def test_an_own_question_joins_the_shipped_ones() -> None:
    own = {"polite": {"text": {"en": "Is it polite?"}}}
    assert [q.id for q in load_questions(["polite", "need_met"], own)] == ["polite", "need_met"]


@pytest.mark.parametrize(
    ("names", "own", "said"),
    [
        (["resolutoin"], {}, "did you mean 'resolution'"),
        (["q"], {"q": {"text": {"sv": "Hej?"}}}, "English wording"),
        (["q"], {"q": {"text": {"en": "Hi?"}, "passing": ["maybe"]}}, "passing"),
        (["q"], {"q": {"text": {"en": "Hi?"}, "colour": "red"}}, "colour"),
    ],
)
def test_a_wrong_question_is_named(names: list[str], own: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        load_questions(names, own)
