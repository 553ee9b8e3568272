"""`evalkit satisfaction`: fit the satisfaction estimate on the organisation's own labels, and show its card."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evalkit.cli.labels import labelled_rows, show_card
from evalkit.cli.options import json_option
from evalkit.errors import InputError

if TYPE_CHECKING:
    from evalkit.scorers.satisfaction_model import Model


@click.group(name="satisfaction")
def command() -> None:
    """The satisfaction estimate: fit it on your labels, look at its card."""


@command.command(name="fit")
@click.argument("labels", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default="satisfaction.json", show_default=True)
@json_option
def fit(*, labels: Path, out: Path, as_json: bool) -> int:
    """Fit the estimate on LABELS. A JSON object a line: turns, satisfied (true, false) or rating (1 to 5), customer.

    At least 150 labels; `customer` keeps one customer's conversations in one fold.
    """
    from evalkit.scorers.fitted_models import save
    from evalkit.scorers.satisfaction import features
    from evalkit.scorers.satisfaction_model import fit as fitted

    rows = labelled_rows(labels)
    model = fitted(
        [features(row["turns"], row.get("language")) for row in rows],
        [_satisfied(labels, number, row) for number, row in enumerate(rows, 1)],
        [str(row.get("customer", f"line {number}")) for number, row in enumerate(rows, 1)],
        datetime.now(UTC),
    )
    save(model, out)
    _show(model, as_json=as_json)
    return 0


@command.command(name="show")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@json_option
def show(*, path: Path, as_json: bool) -> int:
    """Print the card of the model in PATH. It tells whether its estimate may be shown."""
    from evalkit.scorers.satisfaction_model import load

    _show(load(path), as_json=as_json)
    return 0


def _show(model: Model, *, as_json: bool) -> None:
    from msgspec import to_builtins

    show_card({**to_builtins(model.card), "shown": model.card.shown, "hash": model.hash}, as_json=as_json)


def _satisfied(path: Path, number: int, row: Mapping[str, Any]) -> bool:
    said, rating = row.get("satisfied"), row.get("rating")
    if isinstance(said, bool):
        return said
    if isinstance(rating, int | float) and not isinstance(rating, bool) and 1 <= rating <= 5:
        return rating >= 4
    raise InputError(f"{path}: conversation {number}: expected satisfied (true or false) or rating (1 to 5)")
