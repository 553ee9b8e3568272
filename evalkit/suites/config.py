"""The project's configuration, `evalkit.yaml`: policy, knowledge base, bots, judge and store."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evalkit.errors import InputError, SuiteError, near_match
from evalkit.policy.loading import load_policy
from evalkit.policy.sections import Policy
from evalkit.suites.yaml_source import read_source

KEYS = ("profile", "policy", "knowledge", "bots", "judge", "customer", "store", "suites", "release")
FILE_NAME = "evalkit.yaml"


@dataclass(frozen=True, slots=True)
class Config:
    """What `evalkit.yaml` says; paths are absolute or relative to the working directory."""

    policy: Policy = field(default_factory=Policy)
    bots: dict[str, dict[str, Any]] = field(default_factory=dict)
    knowledge: Path | None = None
    judge: dict[str, Any] = field(default_factory=dict)
    customer: dict[str, Any] = field(default_factory=dict)
    """The language model of LLM customers, with the keys of `judge`."""
    store: str = ".evalkit/store.db"
    path: Path | None = None


def load_config(path: Path | None = None) -> Config:
    """The configuration of a file; without one, that of the working directory or the defaults.

    Raises: SuiteError (a fault with its place), PolicyError, InputError when a named file is missing.
    """
    if path is None:
        path = Path(FILE_NAME)
        if not path.exists():
            return Config()
    elif not path.exists():
        raise InputError(f"{path}: no such configuration; `evalkit init` writes one")
    source = read_source(path)
    data = source.data if source.data is not None else {}
    faults = list(source.faults)
    if not isinstance(data, dict):
        raise SuiteError([source.fault((), "expected keys such as `profile:` and `bots:`")])
    for key in data:
        if key not in KEYS:
            message = f"unknown key '{key}'{near_match(key, KEYS)} (known: {', '.join(KEYS)})"
            faults.append(source.fault((key,), message, key=True))
    for key in ("policy", "bots", "judge", "customer", "knowledge"):
        if data.get(key) is not None and not isinstance(data[key], dict):
            faults.append(source.fault((key,), f"`{key}`: expected a mapping"))
    bots = data.get("bots") or {}
    for name, definition in bots.items() if isinstance(bots, dict) else ():
        if not isinstance(definition, dict):
            faults.append(source.fault(("bots", name), f"bot '{name}': expected a mapping with `kind` and `url`"))
    if faults:
        raise SuiteError(faults)
    folder = (data.get("knowledge") or {}).get("folder")
    return Config(
        policy=load_policy(data),
        bots=bots,
        knowledge=(path.parent / folder) if folder else None,
        judge=data.get("judge") or {},
        customer=data.get("customer") or {},
        store=_store(str(data.get("store", ".evalkit/store.db")), path.parent),
        path=path,
    )


def _store(where: str, beside: Path) -> str:
    return where if "://" in where or Path(where).is_absolute() else str(beside / where)
