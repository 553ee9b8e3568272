"""The project's configuration, `evalkit.yaml`: policy, knowledge base, bots, judge and store."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from evalkit.errors import Fault, InputError, SuiteError, near_match
from evalkit.policy.loading import load_policy
from evalkit.policy.sections import Policy
from evalkit.settings import read_struct
from evalkit.suites.yaml_source import Source, read_source

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

    def placed(self, error: InputError) -> InputError:
        """The error with the line of `evalkit.yaml` that it is about, itself where it names no setting."""
        return placed(error, read_source(self.path)) if self.path is not None else error


class _KnowledgeFolder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    folder: str | None = None


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
    if faults := [*source.faults, *_shape_faults(source, data)]:
        raise SuiteError(faults)
    try:
        policy = load_policy(data)
        knowledge = read_struct(data.get("knowledge") or {}, _KnowledgeFolder, "knowledge")
    except InputError as error:
        raise placed(error, source) from error
    return Config(
        policy=policy,
        bots=data.get("bots") or {},
        knowledge=(path.parent / knowledge.folder) if knowledge.folder else None,
        judge=data.get("judge") or {},
        customer=data.get("customer") or {},
        store=_store(str(data.get("store", ".evalkit/store.db")), path.parent),
        path=path,
    )


def placed(error: InputError, source: Source) -> InputError:
    """The error as a fault at the setting whose dotted path its message begins with, itself where none does."""
    dotted, _, told = str(error).partition(": ")
    here: Any = source.data
    path: list[str | int] = []
    for step in re.findall(r"[^.\[\]]+", dotted):
        if isinstance(here, list) and step.isdigit() and int(step) < len(here):
            path.append(int(step))
        elif isinstance(here, dict) and step in here:
            path.append(step)
        else:
            break
        here = here[path[-1]]
    if not path or isinstance(error, SuiteError):
        return error
    unknown = re.match(r"unknown key '([^']*)'", told)
    if unknown and isinstance(here, dict) and unknown[1] in here:
        return SuiteError([source.fault([*path, unknown[1]], str(error), key=True)])
    return SuiteError([source.fault(path, str(error))])


def _shape_faults(source: Source, data: Any) -> Iterator[Fault]:
    if not isinstance(data, dict):
        yield source.fault((), "expected keys such as `profile:` and `bots:`")
        return
    for key in data:
        if key not in KEYS:
            message = f"unknown key '{key}'{near_match(key, KEYS)} (known: {', '.join(KEYS)})"
            yield source.fault((key,), message, key=True)
    for key in ("policy", "bots", "judge", "customer", "knowledge"):
        if data.get(key) is not None and not isinstance(data[key], dict):
            yield source.fault((key,), f"`{key}`: expected a mapping")
    bots = data.get("bots") or {}
    for name, definition in bots.items() if isinstance(bots, dict) else ():
        if not isinstance(definition, dict):
            yield source.fault(("bots", name), f"bot '{name}': expected a mapping with `kind` and `url`")


def _store(where: str, beside: Path) -> str:
    return where if "://" in where or Path(where).is_absolute() else str(beside / where)
