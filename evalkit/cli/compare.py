"""`evalkit compare`: two releases side by side; works on stores and run files alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from evalkit.cli.options import config_option, json_option, print_json, store_option, tell
from evalkit.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evalkit.cli.sides import Side
    from evalkit.comparison.result import Comparison
    from evalkit.model import Conversation
    from evalkit.store.scored import ScoredRun
    from evalkit.suites.config import Config


@click.command(name="compare")
@click.argument("before")
@click.argument("after", required=False)
@click.option("--case", "case_id", help="Tell this case's conversation of both releases, line by line.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Write Markdown here.")
@click.option("--html", type=click.Path(path_type=Path), help="Write a page here.")
@config_option
@store_option
@json_option
def command(
    *,
    before: str,
    after: str | None,
    case_id: str | None,
    markdown: Path | None,
    html: Path | None,
    config_path: Path | None,
    store_at: str | None,
    as_json: bool,
) -> int:
    """Compare release AFTER with release BEFORE: each a release, a run id, or a run file such as baseline.db.

    Real conversations that people handled beside real ones that the AI handled are compared on the AI's mix of
    questions; the replay of a sample beside what it was drawn from, case by case. With BEFORE alone, the AI and the
    people of that one release are.
    """
    import msgspec

    from evalkit.reporting import compared
    from evalkit.reporting.artefacts import write_artefact
    from evalkit.suites.config import load_config

    config = load_config(config_path)
    where = store_at or config.store
    if case_id is not None:
        if after is None:
            raise InputError("--case tells one case of two releases; name the other release as well")
        tell("\n".join(_case_told(before, after, where, config, case_id)))
        return 0
    found = _found(before, after, where, config)
    for path, text in ((markdown, compared.markdown), (html, compared.html)):
        if path is not None:
            write_artefact(path, text(found))
    if as_json:
        print_json(msgspec.to_builtins(found))
        return 0
    tell(compared.terminal(found))
    broke = found.of_kind("broke")
    if broke:
        tell(f"\nnext: evalkit compare {before} {after} --case {broke[0].case_id}")
    return 0


def _found(before: str, after: str | None, where: str, config: Config) -> Comparison:
    from dataclasses import replace

    from evalkit.cli.alike import scored_alike
    from evalkit.cli.sides import opened
    from evalkit.comparison.ai_human import AiAgainstPeople, people_of
    from evalkit.comparison.desk import desk_details
    from evalkit.comparison.strategies import compare
    from evalkit.store.scored import read_scored

    costs = config.policy.costs
    with opened(before, where) as old:
        if after is None:
            sides = [(old, read_scored(old.store, old.run, others=old.runs))]
            found = AiAgainstPeople(costs).within(sides[0][1])
            return replace(found, details={**found.details, **desk_details(sides[0][1].rows, _talks(sides))})
        with opened(after, where) as new:
            left, right = scored_alike(old, new, config)
            found = compare(left, right, costs=costs)
            if people_of(found):
                sides = [(old, left), (new, right)]
                found = replace(
                    found, details={**found.details, **desk_details((*left.rows, *right.rows), _talks(sides))}
                )
            return found


def _talks(sides: Sequence[tuple[Side, ScoredRun]]) -> Iterator[Conversation]:
    for side, scored in sides:
        for run in (scored.run, *scored.others):
            yield from side.store.conversations(run.id)


def _case_told(before: str, after: str, where: str, config: Config, case_id: str) -> list[str]:
    from evalkit.cli.alike import scored_alike
    from evalkit.cli.sides import opened
    from evalkit.comparison.originals import beside

    with opened(before, where) as old, opened(after, where) as new:
        left, right = beside(*scored_alike(old, new, config))
        return _told(old, left, new, right, case_id)


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
