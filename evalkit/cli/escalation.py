"""`evalkit escalation`: learn from the organisation's own labels what should go to a person, and show how well."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evalkit.cli.labels import labelled_rows, show_card
from evalkit.cli.options import config_option, json_option, store_option
from evalkit.errors import InputError

if TYPE_CHECKING:
    from evalkit.scorers.handover_fitting import Example
    from evalkit.scorers.handover_model import Model

_SHOULD = {"right": None, "late": True, "missed": True, "unneeded": False}
"""What an answer to the review's `handover` says was due; after `right`, what was done was."""
_SHOWN_SIGNS = 12


@click.group(name="escalation")
def command() -> None:
    """What your own desk hands over, learned from your labels."""


@command.command(name="fit")
@click.argument("labels", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default="handover.json", show_default=True)
@json_option
@config_option
@store_option
def fit(*, labels: Path | None, out: Path, as_json: bool, config_path: Path | None, store_at: str | None) -> int:
    """Learn from the reviews in the store, or from LABELS. A JSON object a line: turns, should_hand_over, customer.

    At least 100 labels, 15 of each kind; `customer` keeps one customer's conversations in one fold.
    """
    from evalkit.scorers.fitted_models import save
    from evalkit.scorers.handover_fitting import fit as fitted

    examples = list(_of_file(labels) if labels is not None else _of_reviews(config_path, store_at))
    model = fitted(examples, datetime.now(UTC))
    save(model, out)
    _show(model, as_json=as_json)
    return 0


@command.command(name="show")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@json_option
def show(*, path: Path, as_json: bool) -> int:
    """Print the card of the model in PATH and the words that weigh most. It tells whether its trigger counts."""
    from evalkit.scorers.handover_model import load

    _show(load(path), as_json=as_json)
    return 0


def _show(model: Model, *, as_json: bool) -> None:
    from msgspec import to_builtins

    strongest = sorted(model.signs, key=lambda sign: -model.signs[sign].weight)[:_SHOWN_SIGNS]
    card = {**to_builtins(model.card), "counts": model.card.counts, "n_signs": len(model.signs)}
    show_card({**card, "strongest": strongest if as_json else ", ".join(strongest)}, as_json=as_json)


def _of_file(path: Path) -> Iterator[Example]:
    from evalkit.scorers.handover_fitting import example
    from evalkit.transcripts import conversation_of

    for number, row in enumerate(labelled_rows(path), 1):
        should = row.get("should_hand_over")
        if not isinstance(should, bool):
            raise InputError(f"{path}: conversation {number}: expected should_hand_over (true or false)")
        talk = conversation_of(row["turns"], language=row.get("language"))
        yield example(talk, should, str(row.get("customer", f"line {number}")))


def _of_reviews(config_path: Path | None, store_at: str | None) -> Iterator[Example]:
    """The conversations to whose `handover` question people gave one answer, in the store of the reviews."""
    from evalkit.review.labelling import final
    from evalkit.scorers.handover_fitting import example
    from evalkit.store.store import Store
    from evalkit.suites.config import load_config

    with Store.open(store_at or load_config(config_path).store, create=False) as store:
        answers = {
            conversation_id: _SHOULD[review.label]
            for (conversation_id, question), review in final(store.reviews()).items()
            if question == "handover" and review.label in _SHOULD
        }
        for run in store.runs() if answers else ():
            for talk in store.conversations(run.id, list(answers)):
                # Where the words were kept long enough, only who spoke is left.
                if any(turn.role == "customer" and turn.text for turn in talk.turns):
                    yield example(talk, answers.pop(talk.id), talk.subject_key or talk.id)
