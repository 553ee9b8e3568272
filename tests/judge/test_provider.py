"""No conversation goes to a judge that is not declared and allowed."""

from __future__ import annotations

from typing import Any

import pytest

from evalkit.errors import InputError, PolicyError
from evalkit.judge.provider import check_provider, judge_settings
from evalkit.policy.sections import PrivacyPolicy

GOOD: dict[str, Any] = {
    "base_url": "https://llm.example.com/v1", "model": "m",
    "provider": {"region": "EU", "dpa": True, "no_training": True},
}  # fmt: skip
POLICY = PrivacyPolicy(allowed_hosts=("llm.example.com",))


def test_a_declared_and_listed_judge_is_allowed() -> None:
    check_provider(judge_settings(GOOD), POLICY)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"base_url": "https://elsewhere.example/v1"}, "allowed_hosts"),
        ({"provider": {"region": "us", "dpa": True, "no_training": True}}, "allowed_regions"),
        ({"provider": {"region": "eu", "dpa": False, "no_training": True}}, "processor agreement"),
        ({"provider": {"region": "eu", "dpa": True, "no_training": False}}, "train"),
    ],
)
def test_what_the_policy_does_not_list_is_refused(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        check_provider(judge_settings({**GOOD, **changed}), POLICY)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({**GOOD, "modell": "m"}, "did you mean 'model'"),
        ({k: v for k, v in GOOD.items() if k != "provider"}, "declare region"),
        ({**GOOD, "provider": {"region": "eu"}}, "dpa"),
        ({**GOOD, "base_url": "llm.example.com"}, "http"),
        ({**GOOD, "repeats": 2}, "odd"),
        ({**GOOD, "mode": "xml"}, "judge"),
    ],
)
def test_a_wrong_setting_is_named(value: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        judge_settings(value)
