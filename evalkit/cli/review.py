"""`evalkit review`: draw the weekly batch, see where it stands, close it, take the labels out, keep accounts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evalkit.cli.options import config_option, json_option, print_json, store_option, tell

if TYPE_CHECKING:
    from evalkit.store.store import Store


@click.group(name="review")
def command() -> None:
    """The weekly human review."""


@command.command(name="new")
@click.argument("release")
@click.option("--week", help="Only conversations of this ISO week, such as 2026-W10.")
@click.option("--size", default=80, show_default=True, type=click.IntRange(20, 1000), help="Conversations to draw.")
@click.option("--seed", default=0, show_default=True, help="Another seed draws another batch.")
@click.option("--reviewer", "reviewers", multiple=True, help="Who reads (repeat); without, readers take what is next.")
@click.option("--question", "questions", multiple=True, help="What is asked (repeat); without, the usual four.")
@config_option
@store_option
def new(
    *, release: str, week: str | None, size: int, seed: int, reviewers: tuple[str, ...], questions: tuple[str, ...],
    config_path: Path | None, store_at: str | None,
) -> int:  # fmt: skip
    """Draw a batch from the newest run of RELEASE. Four cells, known probabilities, a fifth read twice."""
    from datetime import UTC, datetime

    from evalkit.review.drawing import new_batch

    with _open(config_path, store_at) as store:
        run = store.latest_run(release)
        batch = new_batch(
            store, run, seed=seed, now=datetime.now(UTC), week=week, n=size, reviewers=reviewers, questions=questions
        )
    cells = ", ".join(f"{cell.name} {cell.n_drawn} of {cell.n_population}" for cell in batch.cells)
    click.echo(f"batch {batch.id}: {sum(cell.n_drawn for cell in batch.cells)} conversations ({cells})")
    click.echo("next: evalkit ui")
    return 0


@command.command(name="status")
@json_option
@config_option
@store_option
def status(*, as_json: bool, config_path: Path | None, store_at: str | None) -> int:
    """Show how far each batch is. Open or closed, how far every reviewer is, disagreements that wait for a decision."""
    from tabulate import tabulate

    with _open(config_path, store_at) as store:
        rows = _status(store)
    if as_json:
        print_json(rows)
    elif not rows:
        click.echo("no batch yet: evalkit review new RELEASE")
    else:
        tell(tabulate(rows, headers="keys", tablefmt="simple"))
    return 0


@command.command(name="close")
@click.argument("batch_id", metavar="BATCH")
@config_option
@store_option
def close(*, batch_id: str, config_path: Path | None, store_at: str | None) -> int:
    """Close BATCH. Its labels stay as they are, and its decided conversations may come back as repeats."""
    from datetime import UTC, datetime

    from evalkit.store.batches import Batches

    with _open(config_path, store_at) as store:
        batch = Batches(store).get(batch_id)
        closed = Batches(store).close(batch.id, datetime.now(UTC))
    click.echo(f"batch {batch.id} {'is closed' if closed else 'was closed before'}")
    return 0


@command.command(name="export")
@click.option("--batch", "batch_id", help="Only this batch.")
@config_option
@store_option
def export(*, batch_id: str | None, config_path: Path | None, store_at: str | None) -> int:
    """Print every label, every version, one JSON object a line."""
    from evalkit.model import to_json

    with _open(config_path, store_at) as store:
        for review in store.reviews(batch=batch_id):
            tell(to_json(review).decode())
    return 0


@command.command(name="account")
@click.argument("name")
@click.option("--role", default="reviewer", show_default=True, help="viewer, reviewer or admin.")
@click.option(
    "--accounts", "path", default=".evalkit/accounts.json", show_default=True, type=click.Path(path_type=Path)
)
@click.password_option()
def account(*, name: str, role: str, path: Path, password: str) -> int:
    """Make or change the local account NAME. Only a salted hash of the password is kept."""
    from evalkit.review.access import save_account

    save_account(path, name, role, password)
    click.echo(f"{name} is {role} in {path}")
    return 0


def _open(config_path: Path | None, store_at: str | None) -> Store:
    from evalkit.store.store import Store
    from evalkit.suites.config import load_config

    return Store.open(store_at or load_config(config_path).store, create=False)


def _status(store: Store) -> list[dict[str, Any]]:
    from evalkit.review.labelling import disputes, progress
    from evalkit.store.batches import Batches

    book, rows = Batches(store), []
    for batch in book.all():
        labels = store.reviews(batch=batch.id)
        tasks = book.tasks(batch.id)
        waiting = sum(dispute.decision is None for dispute in disputes(labels))
        for reviewer in sorted({task.reviewer for task in tasks}, key=lambda name: name or ""):
            mine = [task for task in tasks if task.reviewer == reviewer]
            stand = progress(batch, mine, [r for r in labels if r.reviewer == reviewer])
            rows.append(
                {
                    "batch": batch.id, "release": batch.release, "week": batch.week or "all",
                    "state": "closed" if batch.closed_at else "open", "reviewer": reviewer or "(not taken)",
                    "done": stand.n_done, "of": stand.n_total, "to decide": waiting,
                }
            )  # fmt: skip
    return rows
