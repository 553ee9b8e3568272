"""Where the judge lives, what it costs, and whether the policy lets a conversation go there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from evalkit.errors import InputError, PolicyError
from evalkit.model import content_hash
from evalkit.policy.sections import PrivacyPolicy
from evalkit.settings import read_struct

QUESTIONS = ("resolution", "correctness")
"""The packs that are asked where nothing is named."""


_SECRET = frozenset({"authorization", "proxy-authorization", "api-key", "x-api-key", "cookie"})
"""Headers that say who asks, not who answers. Any other may choose a tenant, a deployment or a model."""


class Provider(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The data-protection declaration of the judge's endpoint; all three must be said."""

    region: str
    dpa: bool
    no_training: bool


class JudgeSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The `judge:` part of `evalkit.yaml`. Prices are in euro per million tokens, budgets are for one run."""

    base_url: str
    model: str
    provider: Provider
    api_key: str = ""
    api_version: str | None = None
    headers: dict[str, str] = {}
    temperature: float = 0.0
    max_tokens: int = 1_000
    seed: int | None = 0
    questions: tuple[str, ...] = QUESTIONS
    own: dict[str, Any] = {}
    repeats: int = 1
    concurrency: int = 20
    timeout_s: float = 60.0
    retries: int = 3
    price_in_eur: float = 0.0
    price_out_eur: float = 0.0
    budget_calls: int | None = None
    budget_tokens: int | None = None
    budget_eur: float | None = None
    budget_minutes: float | None = None
    mode: Literal["auto", "json_schema", "json_object", "text"] = "auto"
    batch: int | None = None
    """Requests gathered into one batch of the endpoint; None asks one by one."""
    batch_poll_s: float = 30.0
    open_claims: bool = False
    """Whether `correctness` may ask it about claims that the rules leave open, on questions that have earned a vote."""

    @property
    def host(self) -> str:
        """The host that conversations would be sent to."""
        return urlsplit(self.base_url).hostname or ""


def judge_settings(value: Mapping[str, Any], where: str = "judge") -> JudgeSettings:
    """The settings of a `judge:` or `customer:` mapping.

    Raises: InputError for an unknown key (with its neighbour), a missing declaration, or a value out of range.
    """
    if "provider" not in value:
        raise InputError(
            f"{where}: lacks `provider`: declare region, dpa and no_training of the endpoint before text goes there"
        )
    settings = read_struct(value, JudgeSettings, where)
    if urlsplit(settings.base_url).scheme not in {"http", "https"} or not settings.host:
        raise InputError(f"{where}.base_url: must be an http(s) address, such as https://llm.example.com/v1")
    if settings.batch is not None and not 1 <= settings.batch <= 50_000:
        raise InputError(f"judge.batch is {settings.batch}; a batch takes 1 to 50,000 requests")
    if settings.repeats < 1 or settings.repeats % 2 == 0:
        raise InputError(f"{where}.repeats: {settings.repeats} given; an odd number from 1 on can have a majority")
    return settings


def check_provider(settings: JudgeSettings, policy: PrivacyPolicy) -> None:
    """Nothing when the policy lets pseudonymised text go to this judge.

    Raises: PolicyError naming the host, region or declaration that is not on the policy's list.
    """
    region = settings.provider.region.lower()
    if settings.host not in policy.allowed_hosts:
        raise PolicyError(
            f"judge host '{settings.host}' is not in policy.privacy.allowed_hosts; add it there, or use another"
        )
    if region not in {allowed.lower() for allowed in policy.allowed_regions}:
        raise PolicyError(f"judge region '{region}' is not in policy.privacy.allowed_regions {policy.allowed_regions}")
    if policy.require_dpa and not settings.provider.dpa:
        raise PolicyError("judge.provider.dpa is false: the policy asks for a processor agreement (GDPR Art. 28)")
    if not settings.provider.no_training:
        raise PolicyError("judge.provider.no_training is false: customers' text may not train a model")


def family(model: str) -> str:
    """The family that a model's name begins with: a judge tends to favour its own.

    >>> family("openai/gpt-4o-mini"), family("GPT-5"), family("meta-llama/Llama-3.1-8B")
    ('gpt', 'gpt', 'llama')
    """
    found = re.match(r"[a-z]+", model.rsplit("/", 1)[-1].lower())
    return found[0] if found else ""


def identity(settings: JudgeSettings, prompt_version: str, questions_hash: str) -> str:
    """The identity that calibration is bound to: model, endpoint, headers, parameters, prompt and questions.

    Any change of it restarts calibration; a new key or token does not.
    """
    told = sorted((name.lower(), value) for name, value in settings.headers.items() if name.lower() not in _SECRET)
    return content_hash(
        "judge", settings.model, settings.base_url, settings.api_version, settings.temperature, settings.max_tokens,
        settings.seed, settings.mode, prompt_version, questions_hash, *([told] if told else []),
    )  # fmt: skip
