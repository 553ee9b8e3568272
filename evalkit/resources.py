"""Finds the folders that travel with the package: from an installed wheel, else from the project root."""

from __future__ import annotations

from pathlib import Path

from evalkit.errors import InputError

_PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """The path of a packaged folder such as `suites`, `dashboards` or `fixtures/demo`.

    Raises: InputError when the folder is neither in the wheel nor in the project.

    >>> folder("suites").name
    'suites'
    """
    for root in (_PACKAGE / "_data", _PACKAGE.parent):
        path = root / name
        if path.is_dir():
            return path
    raise InputError(f"packaged folder '{name}' is missing; reinstall support-evalkit, or run from a full checkout")
