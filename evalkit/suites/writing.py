"""Suites as YAML files that `load_suites` reads back; checked before they are left behind."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evalkit.suites.loading import suite_of
from evalkit.suites.yaml_source import parse_source


def write_suites(out: Path, suites: Mapping[str, Mapping[str, Any]]) -> list[tuple[Path, int]]:
    """The files written, each with its number of cases; nothing is written when one is not valid.

    Raises: SuiteError for plain data that is no valid suite.
    """
    texts = {out / f"{name}.yaml": as_yaml(data) for name, data in suites.items()}
    counts = [(path, len(suite_of(parse_source(text.encode(), str(path))).cases)) for path, text in texts.items()]
    out.mkdir(parents=True, exist_ok=True)
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    return counts


def as_yaml(data: Mapping[str, Any]) -> str:
    """The YAML of a suite's plain data, in the order given."""
    import yaml

    return yaml.safe_dump(dict(data), allow_unicode=True, sort_keys=False, width=110)
