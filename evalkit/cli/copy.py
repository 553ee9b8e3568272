"""`evalkit copy`: one run into another store, such as the team's database or a file that CI keeps."""

from __future__ import annotations

from pathlib import Path

import click

from evalkit.cli.options import config_option, store_option


@click.command(name="copy")
@click.argument("run_id")
@click.argument("target")
@config_option
@store_option
def command(*, run_id: str, target: str, config_path: Path | None, store_at: str | None) -> int:
    """Copy the run RUN_ID into the store TARGET (a file or a database URL)."""
    from evalkit.store.store import Store
    from evalkit.suites.config import load_config

    config = load_config(config_path)
    with Store.open(store_at or config.store, create=False) as store, Store.open(target) as other:
        copied = store.copy_run(run_id, other)
    click.echo(f"copied {copied} conversations of run {run_id}")
    return 0
