"""Where conversations may go: the host of a store against the policy's list."""

from __future__ import annotations

from urllib.parse import urlsplit

from evalkit.errors import PolicyError, near_match
from evalkit.policy.sections import PrivacyPolicy


def check_store(where: object, policy: PrivacyPolicy) -> None:
    """Nothing when a store is a file, or a database on a host that the policy lists.

    Raises: PolicyError naming the host.

    >>> check_store("runs.db", PrivacyPolicy())
    """
    address = str(where)
    if "://" not in address or address.startswith("sqlite"):
        return
    host = urlsplit(address).hostname or ""
    if host and host not in policy.allowed_hosts:
        raise PolicyError(
            f"store host '{host}' is not in policy.privacy.allowed_hosts{near_match(host, policy.allowed_hosts)}; "
            "conversations would leave to it: add it there, or use another store"
        )
