"""`evalkit drift`: which KPIs leave their level week by week, and the monthly or quarterly report."""

from __future__ import annotations

from pathlib import Path

import click

from evalkit.cli.options import config_option, json_option, print_json, store_option, tell
from evalkit.errors import InputError


@click.command(name="drift")
@click.argument("release")
@click.option("--kpi", "names", multiple=True, help="This KPI (repeatable; default: the headline ones).")
@click.option("--method", type=click.Choice(["ewma", "cusum"]), default="ewma", show_default=True)
@click.option("--season", "seasons", multiple=True, help="WEEK=NAME: a week in which alarms are expected.")
@click.option("--source", type=click.Choice(["replay", "production", "pilot"]), help="Only these conversations.")
@click.option("--period", help="Report of a month (2026-11) or quarter (2026-Q4).")
@click.option("--html", type=click.Path(path_type=Path), help="Write the period's report as HTML here.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Write it as Markdown here (default: print it).")
@config_option
@store_option
@json_option
def command(
    *,
    release: str,
    names: tuple[str, ...],
    method: str,
    seasons: tuple[str, ...],
    source: str | None,
    period: str | None,
    html: Path | None,
    markdown: Path | None,
    config_path: Path | None,
    store_at: str | None,
    as_json: bool,
) -> int:
    """Tell which KPIs of RELEASE drift; with --period, write the report of a month or quarter."""
    from evalkit.kpi.drift import HEADLINES, drift, shifts
    from evalkit.reporting import drifting, opinions, periodic
    from evalkit.reporting.artefacts import write_artefact
    from evalkit.reporting.kpi_table import read_release
    from evalkit.store.store import Store
    from evalkit.suites.config import load_config

    tags = dict(_tag(given) for given in seasons)
    if (html or markdown) and period is None:
        raise InputError("--html and --markdown write the report of a period; name it with --period 2026-11")
    config = load_config(config_path)
    policy = config.policy
    with Store.open(store_at or config.store, create=False) as store:
        found = read_release(store, release, source, every_replay=True)
        weeks = opinions.windows(store, found.runs, found.columns, ["week"]) if period is None and not names else []
    if period is not None:
        report = periodic.periodic(found.columns, release, periodic.period_of(period), policy)
        for path, text in ((html, periodic.as_html), (markdown, periodic.as_markdown)):
            if path is not None:
                write_artefact(path, text(report, policy))
                click.echo(str(path))
        if not (html or markdown):
            tell(periodic.as_markdown(report, policy), nl=False)
        return 0
    days = float(policy.resolution.recontact_days)
    charts = drift(
        found.columns, names or HEADLINES, policy.costs, method=method, seasons=tags, recontact_days=days
    )  # fmt: skip
    charts += drifting.reviewed(weeks, method, tags)
    moved = shifts(found.columns)
    if as_json:
        print_json(drifting.as_data(release, charts, moved))
    else:
        tell(drifting.as_text(charts, moved))
    return 0


def _tag(given: str) -> tuple[str, str]:
    week, sign, name = given.partition("=")
    if not sign or not name:
        raise InputError(f"--season {given}: expected WEEK=NAME, such as '2026-W48=Black Friday'")
    return week, name
