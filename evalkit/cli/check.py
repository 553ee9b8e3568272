"""`evalkit check`: read suites and configuration, tell every fault; needs no network and no bot."""

from __future__ import annotations

from pathlib import Path

import click

from evalkit.cli.options import config_option
from evalkit.text.counted import counted


@click.command(name="check")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--policy", "show_policy", is_flag=True, help="List each policy rule with the cases that test it.")
@config_option
def command(*, paths: tuple[Path, ...], show_policy: bool, config_path: Path | None) -> int:
    """Check the suites in PATHS (default: suites/) and the configuration."""
    from evalkit.cli.options import world_of
    from evalkit.engine.preparing import specs_of
    from evalkit.suites.config import load_config
    from evalkit.suites.coverage import policy_coverage
    from evalkit.suites.loading import load_suites

    config = load_config(config_path)
    suites = load_suites(paths or (Path("suites"),))
    world_of(specs_of(suites), config, None)
    for suite in suites:
        unknown = [name for name in suite.bots if name not in config.bots]
        if unknown:
            from evalkit.errors import InputError, near_match

            known = tuple(config.bots)
            raise InputError(f"{suite.path}: unknown bot '{unknown[0]}'{near_match(unknown[0], known)}")
    n_cases = sum(len(suite.cases) for suite in suites)
    n_drafts = sum(case.draft for suite in suites for case in suite.cases)
    drafts = f"; {n_drafts} are drafts that nobody has confirmed yet" if n_drafts else ""
    click.echo(f"{counted(len(suites), 'suite')}, {counted(n_cases, 'case')}: no faults{drafts}")
    if show_policy:
        for rule in policy_coverage(config.policy, suites):
            listed = ", ".join(rule.cases[:4]) + (f" and {len(rule.cases) - 4} more" if len(rule.cases) > 4 else "")
            click.echo(f"{rule.rule:<8} {rule.title:<58} {listed or 'NO CASE TESTS THIS'}")
    return 0
