"""`evalkit report`: the reports of a stored run; needs no bot, no key and no knowledge base."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from evalkit.cli.options import config_option, store_option
from evalkit.errors import InputError

if TYPE_CHECKING:
    from evalkit.suites.config import Config


@click.command(name="report")
@click.argument("words", metavar="[RELEASE]", required=False)
@click.option("--baseline", help="Compare with the newest run of this release.")
@click.option("--html", type=click.Path(path_type=Path), help="Write the HTML report here.")
@click.option("--junit", type=click.Path(path_type=Path), help="Write JUnit XML here.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Write Markdown here.")
@click.option("--site", type=click.Path(path_type=Path, file_okay=False), help="Write a static site of all releases.")
@config_option
@store_option
def command(
    *,
    words: str | None,
    baseline: str | None,
    html: Path | None,
    junit: Path | None,
    markdown: Path | None,
    site: Path | None,
    config_path: Path | None,
    store_at: str | None,
) -> int:
    """Write the report of the newest run of RELEASE (or of a run by its id); with --site the pages of all releases."""
    from evalkit.cli import pipeline
    from evalkit.cli.sides import side_of
    from evalkit.reporting import markdown as markdown_report
    from evalkit.reporting.artefacts import write_artefact
    from evalkit.store.store import Store
    from evalkit.suites.config import load_config

    if not (html or junit or markdown or site):
        raise InputError(
            "nothing to write; give --html, --junit or --markdown with a file name, or --site with a folder"
        )
    config = load_config(config_path)
    if site is not None:
        return _site(site, store_at or config.store, config)
    if words is None:
        raise InputError("which release? `evalkit report 1.4 --html report.html`, or `--site FOLDER` for all releases")
    with Store.open(store_at or config.store, create=False) as store:
        run = side_of(store, words).run
        summary = pipeline.read(store, run, store.latest_score_key(run.id), config)
        if baseline is not None:
            summary = pipeline.against(store, summary, baseline, config)
        written = pipeline.write_reports(store, summary, html=html, junit=junit, config=config)
    if markdown is not None:
        write_artefact(markdown, markdown_report.render(summary))
        written.append(markdown)
    for path in written:
        click.echo(str(path))
    return 0


def _site(folder: Path, where: str, config: Config) -> int:
    from evalkit.cli import pipeline
    from evalkit.reporting.site import write_site
    from evalkit.store.store import Store

    folder.mkdir(parents=True, exist_ok=True)
    with Store.open(where, create=False) as store:
        written = write_site(
            folder,
            store,
            lambda run: pipeline.read(store, run, store.latest_score_key(run.id), config),
            targets=config.policy.targets.bands,
        )
    click.echo(f"{written[0]} and the reports of {len(written) - 1} releases")
    return 0
