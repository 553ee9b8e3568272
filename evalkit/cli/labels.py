"""Labelled conversations in a file of JSON lines, and the card of what was learned from them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from evalkit.cli.options import print_json
from evalkit.errors import InputError


def labelled_rows(path: Path) -> list[Mapping[str, Any]]:
    """The objects of the file, each with its `turns`. Raises: InputError at the line that is none."""
    try:
        lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from error
    rows: list[Mapping[str, Any]] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise InputError(f"{path}:{number}: no JSON: {error}") from error
        if not isinstance(row, dict) or not isinstance(row.get("turns"), list):
            raise InputError(f"{path}:{number}: expected an object with turns")
        rows.append(row)
    return rows


def show_card(card: Mapping[str, object], *, as_json: bool) -> None:
    """Print a card, a line a value."""
    if as_json:
        print_json(card)
        return
    for name, value in card.items():
        click.echo(f"{name:20} {value:.3f}" if isinstance(value, float) else f"{name:20} {value}")
