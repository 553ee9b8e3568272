"""What every kind of bot over the network is: its definition, its identity and its endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, Self, TypeVar

from evalkit.bots.endpoint import Endpoint
from evalkit.bots.settings import EndpointDefinition, read_definition
from evalkit.bots.templates import mentions
from evalkit.bots.tokens import Grant

Defined = TypeVar("Defined", bound=EndpointDefinition)


class Reach(Protocol):
    """Makes the endpoint of configured addresses (`key, url`) with these settings. Raises: InputError."""

    def __call__(
        self,
        settings: EndpointDefinition,
        *addresses: tuple[str, str],
        schemes: tuple[str, ...] = ("http", "https"),
        grant: tuple[str, Grant] | None = None,
    ) -> Endpoint: ...


@dataclass(slots=True)
class NetworkBot(Generic[Defined]):
    """One bot over the network; a kind names its `settings` and says in `built` what else it needs."""

    settings: ClassVar[Any]
    definition: Defined
    identity: str
    endpoint: Endpoint

    @classmethod
    def defined(
        cls,
        definition: Mapping[str, Any],
        *,
        name: str = "bot",
        environment: Mapping[str, str] | None = None,
        allowed_hosts: frozenset[str] = frozenset(),
        **_: object,
    ) -> Self:
        """The bot of a definition; hosts outside `allowed_hosts` and the definition's own are never called.

        Raises: InputError for an unknown key, a broken template or path, or a secret that is not set.
        """
        where = f"bots.{name}"
        made, identity = read_definition(cls.settings, definition, where, environment)

        def reach(settings: EndpointDefinition, *addresses: tuple[str, str], **more: Any) -> Endpoint:
            return Endpoint.of(settings, where, addresses, allowed_hosts, **more)

        return cls.built(made, identity, where, reach)

    @classmethod
    def built(cls, made: Defined, identity: str, where: str, reach: Reach) -> Self:
        """The bot of what was read. Raises: InputError naming the key below `where`."""
        raise NotImplementedError

    @property
    def concurrency(self) -> int:
        """How many conversations may be open at once."""
        return self.definition.concurrency

    @property
    def takes_history(self) -> bool:
        """Whether the request carries what was said before, so that a conversation can be pinned."""
        sent = (getattr(self.definition, part, None) for part in ("request", "open"))
        return any(mentions(template, "history") for template in sent)

    async def close(self) -> None:
        """Close the pool."""
        await self.endpoint.close()
