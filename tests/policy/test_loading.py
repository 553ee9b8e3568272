"""Profiles load, overrides narrow, and a mistyped key is named with its neighbour."""

from __future__ import annotations

import pytest

from evalkit.errors import PolicyError
from evalkit.policy.loading import load_policy, narrow, profile_names


def test_the_six_profiles_are_shipped_and_load() -> None:
    assert profile_names() == (
        "bank_insurance", "ecommerce_aggressive", "ecommerce_balanced", "public_nordic", "travel", "utility_telco",
    )  # fmt: skip
    for name in profile_names():
        policy = load_policy({"profile": name})
        assert policy.profile == name
        assert policy.targets.bands["honoured_request_rate"].low is not None


def test_the_escalation_band_has_two_sides_in_the_balanced_shop() -> None:
    band = load_policy({"profile": "ecommerce_balanced"}).targets.bands["escalation_rate"]
    assert band.low == pytest.approx(0.20)
    assert band.high == pytest.approx(0.40)


def test_settings_override_the_profile_and_keep_the_rest() -> None:
    policy = load_policy({"profile": "bank_insurance", "policy": {"tone": {"emoji_max": 1}}})
    assert policy.tone.emoji_max == 1
    assert policy.tone.pronoun == "formal"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"profile": "travl"}, "did you mean 'travel'"),
        ({"policy": {"tonne": {}}}, "did you mean 'tone'"),
        ({"policy": {"tone": {"emoji_maxx": 1}}}, "emoji_maxx"),
        ({"policy": {"tone": {"emoji_max": "many"}}}, "emoji_max"),
    ],
)
def test_a_wrong_setting_is_named(settings: dict[str, object], said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        load_policy(settings)


OVERRIDES = {
    "policy": {
        "overrides": [
            {"intent": "complaint", "set": {"tone": {"emoji_max": 0}}},
            {"intent": "complaint", "language": "de", "set": {"tone": {"pronoun": "formal"}}},
            {"channel": "email", "set": {"tone": {"apology_max": 2}}},
        ]
    }
}


@pytest.mark.parametrize(
    ("intent", "language", "channel", "emoji_max", "pronoun", "apology_max"),
    [
        ("complaint", "de", "chat", 0, "formal", None),
        ("complaint", "sv", "chat", 0, None, None),
        ("returns", "de", "chat", None, None, None),
        ("returns", "de", "email", None, None, 2),
        (None, None, None, None, None, None),
    ],
)
def test_overrides_apply_where_intent_language_and_channel_fit(
    intent: str | None,
    language: str | None,
    channel: str | None,
    emoji_max: int | None,
    pronoun: str | None,
    apology_max: int | None,
) -> None:
    tone = narrow(load_policy(OVERRIDES), intent=intent, language=language, channel=channel).tone
    assert (tone.emoji_max, tone.pronoun, tone.apology_max) == (emoji_max, pronoun, apology_max)


def test_an_override_with_an_unknown_key_is_refused() -> None:
    policy = load_policy({"policy": {"overrides": [{"set": {"tone": {"colour": "red"}}}]}})
    with pytest.raises(PolicyError, match="colour"):
        narrow(policy, intent=None, language=None, channel=None)
