"""`evalkit check`: read suites and configuration, tell every fault; needs no network and no bot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evalkit.cli.options import bot_of, config_option
from evalkit.errors import Fault, InputError, SuiteError, near_match
from evalkit.text.counted import counted

if TYPE_CHECKING:
    from evalkit.suites.config import Config


class _AnySecret(dict[str, str]):
    """An environment in which every secret is set: whether a definition is right does not depend on this machine."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> str:
        return "secret"


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
    if faults := list(_setting_faults(config)):
        raise SuiteError(faults)
    for suite in suites:
        unknown = [name for name in suite.bots if name not in config.bots]
        if unknown:
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


def _setting_faults(config: Config) -> Iterator[Fault]:
    """The faults of the bots, the judge, the customer and the knowledge folder, which `run` would meet one by one."""
    from evalkit.cli.judging import settings_of

    secrets = _AnySecret()
    attempts: list[Callable[[], object]] = [
        *(partial(bot_of, name, config, environment=secrets) for name in config.bots),
        *(
            partial(settings_of, part, secrets, where)
            for where, part in (("judge", config.judge), ("customer", config.customer))
            if part
        ),
    ]
    if config.knowledge is not None:
        attempts.append(partial(_folder, config.knowledge))
    for attempt in attempts:
        try:
            attempt()
        except InputError as error:
            told = config.placed(error)
            if not isinstance(told, SuiteError):
                raise
            yield from told.faults


def _folder(path: Path) -> None:
    if not path.is_dir():
        raise InputError(f"knowledge.folder: {path}: no such folder")
