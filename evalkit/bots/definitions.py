"""A bot from its definition in `evalkit.yaml`, or from the shorthand of the command line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evalkit.bots.door import Bot
from evalkit.errors import InputError, near_match
from evalkit.plugins import load, names


def build_bot(
    name: str,
    definitions: Mapping[str, Mapping[str, Any]],
    *,
    environment: Mapping[str, str] | None = None,
    allowed_hosts: frozenset[str] = frozenset(),
) -> Bot:
    """The bot that a name, an http(s) address or a `module:function` stands for.

    Raises: InputError for an unknown name or kind, with the near match, or a wrong definition.
    """
    if name in definitions:
        definition: Mapping[str, Any] = definitions[name]
    elif name.startswith(("http://", "https://")):
        definition = {"kind": "http", "url": name}
    elif ":" in name:
        definition = {"kind": "python", "target": name}
    else:
        known = tuple(definitions)
        raise InputError(
            f"unknown bot '{name}'{near_match(name, known)} (defined in evalkit.yaml: {', '.join(known) or 'none'};"
            " an http(s) address or module:function works too)"
        )
    kind = str(definition.get("kind", "http"))
    if kind not in names("bots"):
        known_kinds = ", ".join(names("bots"))
        raise InputError(
            f"bots.{name}.kind: unknown kind '{kind}'{near_match(kind, names('bots'))} (known: {known_kinds})"
        )

    def build(other: str) -> Bot:
        rest = {key: value for key, value in definitions.items() if key != name}
        return build_bot(other, rest, environment=environment, allowed_hosts=allowed_hosts)

    made: Bot = load("bots", kind).defined(
        definition, name=name, environment=environment, allowed_hosts=allowed_hosts, build=build
    )
    return made
