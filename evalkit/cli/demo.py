"""`evalkit demo`: two releases of the demo bot, scored and compared; exits 0 when every planted fault was caught."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
from msgspec.structs import replace

from evalkit.cli.options import tell
from evalkit.errors import EvalkitError
from evalkit.model import Suite

_GOOD, _WORSE = "1.4", "1.5"


@click.command(name="demo")
@click.option("--out", default=".evalkit/demo", show_default=True, type=click.Path(path_type=Path, file_okay=False))
def command(*, out: Path) -> int:
    """Replay the demo suites against a good and a worse release of the demo bot."""
    from evalkit.bots.definitions import build_bot
    from evalkit.cli import pipeline
    from evalkit.cli.demo_checks import caught
    from evalkit.demo.server import serving
    from evalkit.demo.shop import bot_definition, open_release
    from evalkit.policy.loading import load_policy
    from evalkit.reporting import terminal
    from evalkit.resources import folder
    from evalkit.store.store import Store
    from evalkit.suites.config import Config
    from evalkit.suites.loading import load_suites

    suites = tuple(_shown_from(suite, folder("suites").parent) for suite in load_suites([folder("suites") / "demo"]))
    shop = open_release(_GOOD)
    config = Config(policy=load_policy({"policy": {"privacy": {"own_domains": ["fjallby.example"]}}}))
    out.mkdir(parents=True, exist_ok=True)
    where = out / "store.db"
    try:
        store = Store.open(where)
    except EvalkitError:
        where.unlink(missing_ok=True)
        store = Store.open(where)
    summaries = {}
    with store:
        for release in (_GOOD, _WORSE):
            with serving(open_release(release, like=shop)) as address:
                bot = build_bot("demo", {"demo": bot_definition(address)})
                order = pipeline.Order(
                    suites,
                    release,
                    "demo",
                    baseline=_GOOD if release == _WORSE else None,
                    now=datetime(2026, 6, 15, 10, tzinfo=UTC),
                )
                summary = pipeline.carry_out(order, bot, config, shop.knowledge, store)
            summaries[release] = summary
            html, junit = out / f"report-{release}.html", out / f"junit-{release}.xml"
            pipeline.write_reports(store, summary, html=html, junit=junit)
            tell(terminal.render(summary))
            click.echo(f"\nreport {html}\njunit  {junit}\n")
    checks = caught(summaries[_WORSE], summaries[_GOOD])
    click.echo(f"Planted in {_WORSE}, and found:")
    for check in checks:
        click.echo(f"  {'✓' if check.found else '✗'} {check.title} ({check.n_findings} findings)")
    return 0 if all(check.found for check in checks) else 1


def _shown_from(suite: Suite, root: Path) -> Suite:
    """The suite with its cases' places told from the project, wherever it is installed."""
    cases = tuple(
        replace(case, path=Path(case.path).resolve().relative_to(root.resolve()).as_posix()) for case in suite.cases
    )
    return replace(suite, cases=cases)
