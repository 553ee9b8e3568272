"""The rules of the gate from their own YAML file, every fault at once with its place."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from evalkit.errors import Fault, SuiteError, near_match
from evalkit.policy.sections import GatePolicy
from evalkit.suites.schema_faults import schema_faults
from evalkit.suites.yaml_source import Source, read_source


def load_gate_rules(
    path: Path, base: GatePolicy, *, metrics: Collection[str] = (), kpis: Collection[str] = ()
) -> GatePolicy:
    """The base policy with the file's keys over it; `metrics` may guard, `kpis` may be limited.

    Raises: SuiteError with every fault: unknown key, metric or value, a date that is none.
    """
    source = read_source(path)
    data = source.data if source.data is not None else {}
    faults = [*source.faults]
    if not isinstance(data, dict):
        raise SuiteError([*faults, source.fault((), "expected keys such as `margin_rate:` and `guardrails:`")])
    if "rules" in data:
        faults.append(source.fault(("rules",), "a rules file cannot name another one", key=True))
    faults += schema_faults(source, data, _validator())
    if not faults:
        faults += _meaning(source, data, metrics, kpis)
    if faults:
        raise SuiteError(sorted(faults, key=lambda fault: (fault.line, fault.column)))
    return msgspec.convert({**msgspec.to_builtins(base), **data}, GatePolicy, strict=False)


def gate_schema() -> dict[str, Any]:
    """The JSON Schema of a rules file, also for editors."""
    return msgspec.json.schema(GatePolicy)


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(gate_schema())


def _meaning(source: Source, data: dict[str, Any], metrics: Collection[str], kpis: Collection[str]) -> list[Fault]:
    faults = []
    for key, known in (("guardrails", metrics), ("limits", kpis)):
        for number, entry in enumerate(data.get(key, ())):
            if known and entry["metric"] not in known:
                faults.append(source.fault((key, number, "metric"), _unknown(entry["metric"], known)))
            if key == "limits" and entry.get("min") is None and entry.get("max") is None:
                faults.append(source.fault((key, number), "a limit needs `min` or `max`"))
    if metrics and data.get("primary") not in {None, *metrics}:
        faults.append(source.fault(("primary",), _unknown(data["primary"], metrics)))
    for number, entry in enumerate(data.get("quarantine", ())):
        try:
            date.fromisoformat(entry["until"])
        except ValueError:
            faults.append(
                source.fault(("quarantine", number, "until"), f"'{entry['until']}' is no day of the calendar")
            )
    return faults


def _unknown(name: str, known: Collection[str]) -> str:
    return f"unknown metric '{name}'{near_match(name, tuple(known))} (known: {', '.join(known)})"
