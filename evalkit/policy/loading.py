"""A policy from a profile and overrides: merged, checked, and narrowed to one conversation."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from evalkit.errors import PolicyError, near_match
from evalkit.policy.sections import Policy
from evalkit.settings import read_struct

_PROFILES = Path(__file__).parent / "profiles"


@cache
def profile_names() -> tuple[str, ...]:
    """The names of the shipped industry profiles, sorted."""
    return tuple(sorted(path.stem for path in _PROFILES.glob("*.yaml")))


def load_policy(settings: dict[str, Any] | None = None) -> Policy:
    """The policy of a configuration's `profile` and `policy` keys.

    Raises: PolicyError for an unknown profile, section or key, with the nearest known name.

    >>> load_policy({"profile": "bank_insurance"}).escalation.financial
    True
    """
    return _loaded(settings) if settings else _default()


@cache
def _default() -> Policy:
    return _loaded({})


def _loaded(settings: dict[str, Any]) -> Policy:
    profile = settings.get("profile", "ecommerce_balanced")
    merged = _merge(_profile(profile), settings.get("policy") or {})
    merged["profile"] = profile
    policy = read_struct(merged, Policy, "policy", strict=False, error=PolicyError)
    for kind, pattern in policy.privacy.number_patterns.items():
        try:
            re.compile(pattern)
        except re.error as error:
            raise PolicyError(f"policy.privacy.number_patterns.{kind}: no regular expression: {error}") from error
    return policy


def narrow(policy: Policy, *, intent: str | None, language: str | None, channel: str | None) -> Policy:
    """The policy with every override applied that fits this intent, language and channel, the later ones winning.

    Raises: PolicyError when an override names an unknown section or key.
    """
    if not policy.overrides:
        return policy
    return _narrow(policy, intent, language, channel)


def _narrow(policy: Policy, intent: str | None, language: str | None, channel: str | None) -> Policy:
    here = {"intent": intent, "language": language, "channel": channel}
    values: dict[str, Any] | None = None
    for override in policy.overrides:
        wanted = {key: getattr(override, key) for key in here if getattr(override, key) is not None}
        if all(here[key] == value for key, value in wanted.items()):
            values = _merge(values or msgspec.to_builtins(policy), override.set)
    if values is None:
        return policy
    return read_struct(values, Policy, "policy.overrides", strict=False, error=PolicyError)


def _profile(name: str) -> dict[str, Any]:
    if name not in profile_names():
        known = profile_names()
        raise PolicyError(f"profile: unknown profile '{name}'{near_match(name, known)} (known: {', '.join(known)})")
    return _read_profile(name)


@cache
def _read_profile(name: str) -> dict[str, Any]:
    import yaml

    text = (_PROFILES / f"{name}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return loaded or {}


def _merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        if isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = _merge(merged[key], value)
        else:
            merged[key] = value
    return merged
