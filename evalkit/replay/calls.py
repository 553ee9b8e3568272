"""Set-up and tear-down of a conversation: seed an order, reset a session. Only hosts that the configuration names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from evalkit.errors import InfrastructureError, InputError
from evalkit.model import Call, Case
from evalkit.text.placeholders import filled

TIMEOUT_S = 20.0


class Calls:
    """Carries out the calls of cases over one connection pool."""

    def __init__(self, allowed_hosts: frozenset[str]) -> None:
        self._allowed = allowed_hosts
        self._session: Any = None

    def refuse_foreign(self, cases: Iterable[Case]) -> None:
        """Nothing when every call stays on the list. Raises: InputError naming the case and the host."""
        for case in cases:
            for call in (*case.setup, *case.teardown):
                host = urlsplit(call.url).hostname or ""
                if host not in self._allowed:
                    listed = ", ".join(sorted(self._allowed)) or "none"
                    raise InputError(
                        f"{case.path}:{case.line}: case '{case.id}' calls host '{host}', which the configuration does"
                        f" not name (allowed: {listed}); add it to policy.privacy.allowed_hosts"
                    )

    async def carry_out(self, calls: Iterable[Call], case: Case, values: Mapping[str, str]) -> None:
        """Nothing when every call succeeds, in order.

        Raises: InfrastructureError naming the call that failed, by its place and host.
        """
        known = {**values, **{f"facts.{name}": value for name, value in facts_of(case).items()}}
        for number, call in enumerate(calls, 1):
            await self._one(call, number, known)

    async def close(self) -> None:
        """Release the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _one(self, call: Call, number: int, known: Mapping[str, str]) -> None:
        import aiohttp

        url = filled(call.url, known)
        host = urlsplit(url).hostname or ""
        what = f"set-up or tear-down call {number} ({call.method} to {host})"
        if host not in self._allowed:
            raise InfrastructureError(f"{what}: the host is not on the allow-list")
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S))
        try:
            async with self._session.request(
                call.method,
                url,
                json=filled(call.body, known),
                headers=filled(call.headers, known),
                allow_redirects=False,
            ) as response:
                status = response.status
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise InfrastructureError(f"{what} failed: {type(error).__name__}") from error
        if status != call.status and not (call.status is None and 200 <= status < 300):
            raise InfrastructureError(f"{what} answered {status}, expected {call.status or '2xx'}")


def facts_of(case: Case) -> dict[str, str]:
    """The facts that calls and customers may use: the sheet's over those of the context."""
    return {**case.context.facts, **case.customer.facts}
