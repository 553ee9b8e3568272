"""Plain data of a configuration as a struct; a fault begins with the dotted path of the value that is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar, get_args

import msgspec

from evalkit.errors import InputError, near_match

Made = TypeVar("Made", bound=msgspec.Struct)

_PLACE = re.compile(r" - at `(?:key in )?\$(?P<path>[^`]*)`\Z")
_UNKNOWN = re.compile(r"Object contains unknown field `(?P<name>[^`]*)`")
_MISSING = re.compile(r"Object missing required field `(?P<name>[^`]*)`")
_PLAIN = {
    "array": "a list",
    "object": "a mapping",
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "null": "nothing",
}
"""What an author of YAML calls the types that msgspec names."""


def read_struct(
    data: Mapping[str, Any],
    struct: type[Made],
    where: str,
    *,
    strict: bool = True,
    error: type[InputError] = InputError,
) -> Made:
    """The struct that the data describes.

    Raises: `error` as "dotted.path: what was found, what was expected", with the near match of an unknown key.

    >>> class Tone(msgspec.Struct, forbid_unknown_fields=True):
    ...     emoji_max: int = 0
    >>> read_struct({"emoji_maxx": 1}, Tone, "policy.tone")
    Traceback (most recent call last):
    evalkit.errors.InputError: policy.tone: unknown key 'emoji_maxx'; did you mean 'emoji_max'? (known: emoji_max)
    """
    try:
        return msgspec.convert(dict(data), struct, strict=strict)
    except msgspec.ValidationError as cause:
        raise error(_explained(str(cause), struct, where)) from cause


def _explained(said: str, struct: type[msgspec.Struct], where: str) -> str:
    place = _PLACE.search(said)
    path = place["path"].replace("[...]", "") if place else ""
    what = said[: place.start()] if place else said
    where = f"{where}{path}"
    if unknown := _UNKNOWN.search(what):
        known = _keys_at(struct, path)
        listed = f" (known: {', '.join(known)})" if known else ""
        return f"{where}: unknown key '{unknown['name']}'{near_match(unknown['name'], known)}{listed}"
    if missing := _MISSING.search(what):
        return f"{where}: lacks `{missing['name']}`"
    for name, plain in _PLAIN.items():
        what = what.replace(f"`{name}", f"`{plain}")
    return f"{where}: {what[:1].lower()}{what[1:].replace('`', '')}"


def _keys_at(struct: type[msgspec.Struct], path: str) -> tuple[str, ...]:
    """The keys of the struct that a msgspec path such as `.privacy.processors[0]` leads to."""
    here: Any = struct
    for step in re.findall(r"[^.\[\]]+", path):
        if step.isdigit():
            continue
        fields = {field.encode_name: field.type for field in msgspec.structs.fields(here)}
        found = _struct_in(fields.get(step))
        if found is None:
            return ()
        here = found
    return tuple(field.encode_name for field in msgspec.structs.fields(here))


def _struct_in(hint: Any) -> type[msgspec.Struct] | None:
    """The first struct that a type names, itself or as the member of a union, list or mapping."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return hint
    return next((found for part in get_args(hint) if (found := _struct_in(part)) is not None), None)
