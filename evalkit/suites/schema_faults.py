"""What a JSON Schema finds wrong in a YAML file, in words for its author: place, found, expected, near match."""

from __future__ import annotations

from typing import Any

from evalkit.errors import Fault, near_match
from evalkit.suites.yaml_source import Path_, Source

_KINDS = {
    "string": "a text", "number": "a number", "integer": "a whole number", "boolean": "true or false",
    "array": "a list", "object": "a mapping", "null": "nothing",
}  # fmt: skip
ENOUGH = 100
"""Faults that are shown of one file; more only hide the first ones."""


def schema_faults(source: Source, data: Any, validator: Any) -> list[Fault]:
    """The faults of a file's data under a jsonschema validator, each at its place, at most `ENOUGH`."""
    faults: list[Fault] = []
    for error in validator.iter_errors(data):
        faults += _explained(source, error)
        if len(faults) >= ENOUGH:
            break
    return faults


def _explained(source: Source, error: Any) -> list[Fault]:
    if error.validator == "anyOf":
        # Of the alternatives, the one that fits the value's type and fails deepest is what the author meant.
        deeper = [e for e in error.context if len(e.absolute_path) > len(error.absolute_path)]
        same_type = [e for e in error.context if e.validator not in {"type", "enum"}]
        if chosen := deeper or same_type:
            branch = min(e.schema_path[0] for e in chosen)
            return [f for e in chosen if e.schema_path[0] == branch for f in _explained(source, e)]
        expected = [_expected(e) for e in error.context]
        message = f"expected {' or '.join(dict.fromkeys(expected))}, found {_found(error.instance)}"
        return [source.fault(tuple(error.absolute_path), message)]
    path: Path_ = tuple(error.absolute_path)
    if error.validator == "additionalProperties":
        known = tuple(error.schema["properties"])
        return [
            source.fault(
                (*path, key), f"unknown key '{key}'{near_match(key, known)} (known: {', '.join(known)})", key=True
            )
            for key in error.instance
            if key not in known
        ]
    if error.validator == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        return [source.fault(path, f"lacks {', '.join(f'`{name}`' for name in missing)}")]
    return [source.fault(path, _message(error))]


def _message(error: Any) -> str:
    name = f"`{error.absolute_path[-1]}`: " if error.absolute_path and isinstance(error.absolute_path[-1], str) else ""
    if error.validator == "enum":
        known = [str(value) for value in error.validator_value]
        shown = str(error.instance)[:40]
        return f"{name}unknown value '{shown}'{near_match(shown, known)} (known: {', '.join(known)})"
    if error.validator in {"minItems", "minProperties", "minLength"}:
        return f"{name}must not be empty"
    if error.validator == "maxProperties":
        return f"{name}expected one key, found {len(error.instance)}; write a list entry for each"
    if error.validator == "pattern":
        wanted = "a date such as 2026-03-01" if "d{4}" in error.validator_value else "a word without spaces or slashes"
        return f"{name}expected {wanted}"
    if error.validator == "type":
        return f"{name}expected {_expected(error)}, found {_found(error.instance)}"
    if error.validator in {"minimum", "maximum"}:
        bound = "at least" if error.validator == "minimum" else "at most"
        return f"{name}expected {bound} {error.validator_value}, found {error.instance}"
    return f"{name}{error.validator} does not hold"


def _expected(error: Any) -> str:
    if error.validator == "enum":
        return " or ".join(f"'{value}'" for value in error.validator_value)
    value = error.validator_value
    kinds = value if isinstance(value, list) else [value]
    return " or ".join(_KINDS.get(kind, str(kind)) for kind in kinds)


def _found(value: Any) -> str:
    if value is None:
        return "nothing"
    for kind, name in (
        (bool, "true or false"),
        (str, "a text"),
        (int, "a number"),
        (float, "a number"),
        (list, "a list"),
    ):
        if isinstance(value, kind):
            return name
    return "a mapping"
