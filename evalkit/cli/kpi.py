"""`evalkit kpi`: the numbers of a stored release, whole or in slices, alone or beside another."""

from __future__ import annotations

from pathlib import Path

import click

from evalkit.cli.options import config_option, json_option, print_json, store_option, tell


@click.command(name="kpi")
@click.argument("release")
@click.option("--by", help="Slice by channel, language, topic, segment, week, stage, task_type: any, comma-separated.")
@click.option("--week", is_flag=True, help="Slice by week too.")
@click.option("--source", type=click.Choice(["replay", "production", "pilot"]), help="Only these conversations.")
@click.option("--baseline", help="Put this release beside it.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, a line a slice and KPI.")
@click.option("--markdown", "as_markdown", is_flag=True, help="Print Markdown.")
@config_option
@store_option
@json_option
def command(
    *,
    release: str,
    by: str | None,
    week: bool,
    source: str | None,
    baseline: str | None,
    as_csv: bool,
    as_markdown: bool,
    config_path: Path | None,
    store_at: str | None,
    as_json: bool,
) -> int:
    """Print the KPIs of RELEASE: of its newest replay, and of all its production conversations in rows of their own."""
    from evalkit.reporting import kpi_table, opinions
    from evalkit.store.store import Store
    from evalkit.suites.config import load_config

    config = load_config(config_path)
    with Store.open(store_at or config.store, create=False) as store:
        if baseline is not None:
            from evalkit.cli import pipeline
            from evalkit.reporting import terminal

            run = store.latest_run(release)
            summary = pipeline.read(store, run, store.latest_score_key(run.id), config)
            summary = pipeline.against(store, summary, baseline, config)
            if as_json:
                print_json(pipeline.as_json(summary))
            else:
                tell(terminal.render(summary))
            return 0
        found = kpi_table.read_release(store, release, source)
        shape = [name.strip() for name in (by or "").split(",") if name.strip()] + (["week"] if week else [])
        slices = kpi_table.slices_of(found, shape, config.policy)
        labels = kpi_table.reviewed(store, found)
        people = opinions.read(store, found.runs, found.columns, shape)
    if as_json:
        told = kpi_table.as_data(found, slices, labels, config.policy)
        print_json({**told, **opinions.as_data(people)})
    elif as_csv:
        tell(kpi_table.as_csv(slices, config.policy), nl=False)
    elif as_markdown:
        tell(kpi_table.as_markdown(slices, labels, config.policy), nl=False)
        tell(opinions.as_markdown(people), nl=False)
    else:
        tell(kpi_table.as_text(slices, labels, config.policy))
        tell(opinions.as_text(people), nl=False)
    return 0
