"""The nouns round-trip, refuse what they do not know, and give ids that stay the same."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit import model
from evalkit.model import Conversation, Finding, HandOver, Score, ToolCall, Turn

NOUNS = [
    noun
    for noun in vars(model).values()
    if isinstance(noun, type) and issubclass(noun, model.Noun) and noun is not model.Noun
]

texts = st.text(max_size=40)
instants = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
turns = st.builds(
    Turn,
    role=st.sampled_from(["customer", "bot", "human", "system"]),
    text=texts,
    at=st.none() | instants,
    latency_ms=st.none() | st.floats(0, 1e6),
    buttons=st.lists(texts, max_size=2).map(tuple),
    tool_calls=st.lists(
        st.builds(ToolCall, name=texts, arguments=st.dictionaries(texts, st.integers() | texts, max_size=2)), max_size=2
    ).map(tuple),
    sources=st.lists(texts, max_size=2).map(tuple),
)
conversations = st.builds(
    Conversation,
    id=texts,
    turns=st.lists(turns, max_size=4).map(tuple),
    handovers=st.lists(st.builds(HandOver, executed=st.booleans(), trigger=st.none() | texts), max_size=2).map(tuple),
    attributes=st.dictionaries(texts, texts, max_size=2),
    started_at=st.none() | instants,
)


@given(conversations)
def test_property_a_conversation_survives_json(conversation: Conversation) -> None:
    assert model.conversation_from_json(model.to_json(conversation)) == conversation


@given(st.builds(Score, scorer=texts, verdict=st.sampled_from(model.VERDICTS), value=st.none() | st.floats(0, 1)))
def test_property_a_score_survives_json(score: Score) -> None:
    assert model.score_from_json(model.to_json(score)) == score


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.__name__)
def test_every_noun_is_frozen_and_has_a_valid_published_schema(noun: type[model.Noun]) -> None:
    assert noun.__struct_config__.frozen
    schema = model.json_schema(noun)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert str(model.SCHEMA_VERSION) in schema["$comment"]


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="txt"):
        model.conversation_from_json(b'{"id":"a","turns":[{"role":"bot","txt":"hi"}]}')


def test_an_unknown_role_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="agent"):
        model.conversation_from_json(b'{"id":"a","turns":[{"role":"agent","text":"hi"}]}')


def test_ids_are_the_same_in_another_process() -> None:
    code = "from evalkit.model import conversation_id; print(conversation_id('run', 'case', 2))"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    assert other == model.conversation_id("run", "case", 2) != model.conversation_id("run", "case", 1)


def test_the_worst_finding_decides_and_informing_ones_do_not_count() -> None:
    findings = (
        Finding(rule="a", severity="low"),
        Finding(rule="b", severity="high"),
        Finding(rule="c", severity="blocker", passed=True),
    )
    assert Score(scorer="privacy", verdict="fail", findings=findings).worst == "high"
    assert Score(scorer="privacy", verdict="pass").worst is None
