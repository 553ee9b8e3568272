"""`evalkit copy`: one run into another store, such as the team's database or a file that CI keeps."""

from __future__ import annotations

from pathlib import Path

import click

from evalkit.cli.options import config_option, store_option
from evalkit.text.counted import counted


@click.command(name="copy")
@click.argument("words", metavar="RELEASE")
@click.argument("target")
@config_option
@store_option
def command(*, words: str, target: str, config_path: Path | None, store_at: str | None) -> int:
    """Copy the newest run of RELEASE, or the run of that id, into the store TARGET (a file or a database URL)."""
    from evalkit.cli.sides import side_of
    from evalkit.policy.destinations import check_store
    from evalkit.store.store import Store
    from evalkit.suites.config import load_config

    config = load_config(config_path)
    check_store(target, config.policy.privacy)
    with Store.open(store_at or config.store, create=False) as store, Store.open(target) as other:
        run = side_of(store, words).run
        copied = store.copy_run(run.id, other)
    click.echo(f"copied {counted(copied, 'conversation')} of release {run.release}, run {run.id}")
    return 0
