"""Looks up bots, scorers and importers by name; the built-ins come through the same doors as a third party's.

An entry point is loaded only when its name is asked for; a name that two distributions claim is an error naming both.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal

from evalkit.errors import InputError, near_match

Door = Literal["bots", "scorers", "importers"]


def names(door: Door) -> tuple[str, ...]:
    """Every name that can be loaded through a door, sorted."""
    return tuple(sorted(_registered(door)))


def load(door: Door, name: str) -> Any:
    """The object registered under a name, or the `module:attribute` that the name spells out.

    Raises: InputError for an unknown name (with the nearest one), a clash, or an object that cannot be imported.
    """
    if ":" in name:
        return _load_path(name)
    found = _registered(door).get(name, ())
    if not found:
        known = names(door)
        raise InputError(f"unknown {door[:-1]} '{name}'{near_match(name, known)} (known: {', '.join(known) or 'none'})")
    if len(found) > 1:
        owners = " and ".join(sorted(_owner(point) for point in found))
        raise InputError(f"{door[:-1]} '{name}' is claimed by {owners}; uninstall one of them")
    try:
        return found[0].load()
    except (ImportError, AttributeError) as error:
        raise InputError(f"{door[:-1]} '{name}' of {_owner(found[0])} cannot be loaded: {error}") from error


def _load_path(path: str) -> Any:
    module, _, attribute = path.partition(":")
    try:
        loaded: Any = import_module(module)
        for part in attribute.split("."):
            loaded = getattr(loaded, part)
    except (ImportError, AttributeError) as error:
        raise InputError(f"'{path}' cannot be imported: {error}") from error
    return loaded


@cache
def _registered(door: Door) -> dict[str, tuple[EntryPoint, ...]]:
    found: dict[str, dict[str, EntryPoint]] = {}
    for point in entry_points(group=f"evalkit.{door}"):
        found.setdefault(point.name, {})[point.value] = point
    return {name: tuple(points.values()) for name, points in found.items()}


def _owner(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else point.value
