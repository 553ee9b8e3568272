"""`evalkit compare`: two releases side by side; works on stores and run files alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from evalkit.cli.options import config_option, json_option, print_json, store_option
from evalkit.errors import InputError

if TYPE_CHECKING:
    from evalkit.cli.sides import Side
    from evalkit.store.scored import ScoredRun


@click.command(name="compare")
@click.argument("before")
@click.argument("after")
@click.option("--case", "case_id", help="Tell this case's conversation of both releases, line by line.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Write Markdown here.")
@config_option
@store_option
@json_option
def command(
    *,
    before: str,
    after: str,
    case_id: str | None,
    markdown: Path | None,
    config_path: Path | None,
    store_at: str | None,
    as_json: bool,
) -> int:
    """Compare release AFTER with release BEFORE: each a release, a run id, or a run file such as baseline.db."""
    import msgspec

    from evalkit.cli.alike import scored_alike
    from evalkit.cli.sides import opened
    from evalkit.comparison.strategies import compare
    from evalkit.reporting import compared
    from evalkit.reporting.artefacts import write_artefact
    from evalkit.suites.config import load_config

    config = load_config(config_path)
    where = store_at or config.store
    with opened(before, where) as old, opened(after, where) as new:
        left, right = scored_alike(old, new, config)
        if case_id is not None:
            click.echo("\n".join(_told(old, left, new, right, case_id)))
            return 0
        found = compare(left, right)
    if markdown is not None:
        write_artefact(markdown, compared.markdown(found))
    if as_json:
        print_json(msgspec.to_builtins(found))
        return 0
    click.echo(compared.terminal(found))
    broke = found.of_kind("broke")
    if broke:
        click.echo(f"\nnext: evalkit compare {before} {after} --case {broke[0].case_id}")
    return 0


def _told(old: Side, left: ScoredRun, new: Side, right: ScoredRun, case_id: str) -> list[str]:
    from evalkit.comparison.picking import telling_pair
    from evalkit.comparison.turns import exchanges
    from evalkit.reporting.compared import told_twice
    from evalkit.store.scored import read_talk

    ids = telling_pair(left, right, case_id)
    talks = read_talk(old.store, left, ids[0]), read_talk(new.store, right, ids[1])
    if talks[0] is None or talks[1] is None:
        raise InputError(f"the conversations of case '{case_id}' were erased; only their scores are left")
    case = right.cases.get(case_id)
    known = tuple(case.context.facts.values()) if case is not None else ()
    names = left.run.release, right.run.release
    return list(told_twice(exchanges(talks[0], talks[1]), known, names=names))
