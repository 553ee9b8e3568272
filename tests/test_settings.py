"""Configuration as structs: what is wrong begins with its dotted path and names the near match."""

from __future__ import annotations

import msgspec
import pytest

from evalkit.errors import PolicyError
from evalkit.settings import read_struct


class Limit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    metric: str
    most: int | None = None


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str = ""
    limits: list[Limit] = []
    by_intent: dict[str, Limit] = {}
    fine: bool = True


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"nmae": "x"}, r"part: unknown key 'nmae'; did you mean 'name'\? \(known: name, limits, by_intent, fine\)"),
        (
            {"limits": [{"metric": "a"}, {"metrik": "b"}]},
            r"part\.limits\[1\]: unknown key 'metrik'; did you mean 'metric'",
        ),
        ({"limits": [{}]}, r"part\.limits\[0\]: lacks `metric`"),
        ({"limits": 3}, r"part\.limits: expected a list, got a whole number"),
        ({"limits": [{"metric": 1}]}, r"part\.limits\[0\]\.metric: expected a text, got a whole number"),
        ({"by_intent": {"x": {"metric": "a", "mots": 1}}}, r"part\.by_intent: unknown key 'mots'; did you mean 'most'"),
        ({"fine": "maybe"}, r"part\.fine: expected true or false, got a text"),
    ],
)
def test_a_wrong_value_is_told_by_its_path(data: dict[str, object], said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        read_struct(data, Part, "part", error=PolicyError)


def test_right_data_becomes_the_struct() -> None:
    assert read_struct({"limits": [{"metric": "a"}]}, Part, "part") == Part(limits=[Limit("a")])
