"""`evalkit report`: the reports of a stored run; needs no bot, no key and no knowledge base."""

from __future__ import annotations

from pathlib import Path

import click

from evalkit.cli.options import config_option, store_option
from evalkit.errors import InputError


@click.command(name="report")
@click.argument("run_id")
@click.option("--baseline", help="Compare with the newest run of this release.")
@click.option("--html", type=click.Path(path_type=Path), help="Write the HTML report here.")
@click.option("--junit", type=click.Path(path_type=Path), help="Write JUnit XML here.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Write Markdown here.")
@config_option
@store_option
def command(
    *,
    run_id: str,
    baseline: str | None,
    html: Path | None,
    junit: Path | None,
    markdown: Path | None,
    config_path: Path | None,
    store_at: str | None,
) -> int:
    """Write the report of the stored run RUN_ID."""
    from evalkit.cli import pipeline
    from evalkit.reporting import markdown as markdown_report
    from evalkit.reporting.artefacts import write_artefact
    from evalkit.store.store import Store
    from evalkit.suites.config import load_config

    if not (html or junit or markdown):
        raise InputError("nothing to write; give --html, --junit or --markdown with a file name")
    config = load_config(config_path)
    with Store.open(store_at or config.store, create=False) as store:
        run = store.run(run_id)
        summary = pipeline.read(store, run, store.latest_score_key(run.id), config)
        if baseline is not None:
            summary = pipeline.against(store, summary, baseline, config)
        written = pipeline.write_reports(store, summary, html=html, junit=junit)
    if markdown is not None:
        write_artefact(markdown, markdown_report.render(summary))
        written.append(markdown)
    for path in written:
        click.echo(str(path))
    return 0
