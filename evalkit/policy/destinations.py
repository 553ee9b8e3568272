"""Where conversations may go: the hosts of bot and store, and what is declared of them, against the policy's list."""

from __future__ import annotations

from urllib.parse import urlsplit

from evalkit.errors import PolicyError, near_match
from evalkit.policy.sections import PrivacyPolicy

_HERE = frozenset({"127.0.0.1", "localhost", "::1"})


def check_store(where: object, policy: PrivacyPolicy) -> None:
    """Nothing when a store is a file, or a database on a host that the policy lists and whose declaration fits.

    Raises: PolicyError naming the host.

    >>> check_store("runs.db", PrivacyPolicy())
    """
    address = str(where)
    if "://" not in address or address.startswith("sqlite"):
        return
    if host := urlsplit(address).hostname:
        _check("store", host, policy, "use another store")


def check_bot(bot: object, policy: PrivacyPolicy) -> None:
    """Nothing when every host that a bot's definition names is on this machine, or listed and declared as asked.

    Raises: PolicyError naming the first host that is not.
    """
    endpoint = getattr(bot, "endpoint", None)
    for host in sorted(getattr(endpoint, "hosts", frozenset()) - _HERE):
        own = host not in policy.allowed_hosts or host in policy.processors
        if own or policy.require_declarations:
            _check("bot", host, policy, "test another bot")


def _check(what: str, host: str, policy: PrivacyPolicy, otherwise: str) -> None:
    declared = policy.processors.get(host)
    if declared is None:
        if host not in policy.allowed_hosts:
            raise PolicyError(
                f"{what} host '{host}' is not in policy.privacy.allowed_hosts{near_match(host, policy.allowed_hosts)}; "
                f"conversations would leave to it: add it there, or {otherwise}"
            )
        if policy.require_declarations and host not in _HERE:
            raise PolicyError(
                f"{what} host '{host}' has no entry in policy.privacy.processors, and the policy requires one: declare "
                "region, dpa and no_training"
            )
        return
    at = f"policy.privacy.processors.{host}"
    if declared.region.lower() not in {region.lower() for region in policy.allowed_regions}:
        allowed = ", ".join(policy.allowed_regions)
        raise PolicyError(f"{at}.region is '{declared.region}'; policy.privacy.allowed_regions allows {allowed}")
    if policy.require_dpa and not declared.dpa:
        raise PolicyError(f"{at}.dpa is false: the policy asks for a processor agreement (GDPR Art. 28)")
    if not declared.no_training:
        raise PolicyError(f"{at}.no_training is false: customers' text may not train a model")
