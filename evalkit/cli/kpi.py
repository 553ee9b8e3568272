"""`evalkit kpi`: the numbers of a stored release, alone or beside another."""

from __future__ import annotations

from pathlib import Path

import click

from evalkit.cli.options import config_option, json_option, print_json, store_option


@click.command(name="kpi")
@click.argument("release")
@click.option("--baseline", help="Put this release beside it.")
@config_option
@store_option
@json_option
def command(
    *, release: str, baseline: str | None, config_path: Path | None, store_at: str | None, as_json: bool
) -> int:
    """Print the KPIs of the newest run of RELEASE."""
    from evalkit.cli import pipeline
    from evalkit.reporting import terminal
    from evalkit.store.store import Store
    from evalkit.suites.config import load_config

    config = load_config(config_path)
    with Store.open(store_at or config.store, create=False) as store:
        run = store.latest_run(release)
        summary = pipeline.read(store, run, store.latest_score_key(run.id), config)
        if baseline is not None:
            summary = pipeline.against(store, summary, baseline, config)
    if as_json:
        print_json(pipeline.as_json(summary))
    else:
        click.echo(terminal.render(summary))
    return 0
