"""`evalkit topics`: what customers ask, and what covers it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from evalkit.cli.options import config_option, json_option, open_knowledge, print_json, store_option, tell

if TYPE_CHECKING:
    from evalkit.model import Run
    from evalkit.store.facts import Facts
    from evalkit.store.store import Store
    from evalkit.topics.account import Played
    from evalkit.topics.finding import Asked, Topics


@click.command(name="topics")
@click.argument("releases", nargs=-1, required=True, metavar="RELEASE…")
@click.option("--assign", is_flag=True, help="Keep what is found as the topic of the conversations.")
@click.option("--knowledge", type=click.Path(path_type=Path, file_okay=False), help="Knowledge-base folder.")
@click.option("--suites", type=click.Path(path_type=Path), help="Tests beside those of the replay (file or folder).")
@click.option("--replay", help="The release whose replay tells what passes (default: the newest replay).")
@click.option("--top", type=click.IntRange(1, 200), default=20, show_default=True, help="Topics to show.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Write Markdown here.")
@config_option
@store_option
@json_option
def command(
    *,
    releases: tuple[str, ...],
    assign: bool,
    knowledge: Path | None,
    suites: Path | None,
    replay: str | None,
    top: int,
    markdown: Path | None,
    config_path: Path | None,
    store_at: str | None,
    as_json: bool,
) -> int:
    """Tell what the customers of one RELEASE or several ask: topics by volume and time, articles and tests.

    Labels of the export count; what has none is grouped by its first request. Releases that are to be compared are
    named together, so that both get the same topics.
    """
    from dataclasses import asdict

    from evalkit.reporting import asked as shown
    from evalkit.reporting.artefacts import write_artefact
    from evalkit.store.store import Store
    from evalkit.suites.config import load_config
    from evalkit.topics.account import account
    from evalkit.topics.finding import find_topics

    config = load_config(config_path)
    base = open_knowledge(config, knowledge)
    with Store.open(store_at or config.store, create=False) as store:
        runs = runs_of(store, releases)
        requests, n_silent = read_requests(store, runs)
        topics = find_topics(requests)
        found = account(
            releases, requests, topics, _facts(store, runs), policy=config.policy, knowledge=base,
            tests=_tests(store, replay, suites), n_silent=n_silent, top=top,
        )  # fmt: skip
        n_assigned = _assigned(store, runs, topics) if assign else None
    if markdown is not None:
        write_artefact(markdown, shown.markdown(found))
    if as_json:
        print_json({**asdict(found), "n_assigned": n_assigned})
        return 0
    tell(shown.terminal(found, top=top))
    if n_assigned is not None:
        click.echo(f"\nkept as the topic of {n_assigned} conversations; next: evalkit sample {releases[0]}")
    elif topics.names:
        click.echo(f"\nkeep them: evalkit topics {' '.join(releases)} --assign")
    return 0


def runs_of(store: Store, releases: tuple[str, ...]) -> list[Run]:
    """The runs of real conversations of these releases, else their newest run. Raises: InputError."""
    found: list[Run] = []
    for release in releases:
        newest = store.latest_run(release)
        real = [run for run in store.runs(release) if run.source != "replay"]
        found += real or [newest]
    return found


def read_requests(store: Store, runs: list[Run]) -> tuple[list[Asked], int]:
    """The first requests of all conversations, and how many conversations hold none."""
    from evalkit.topics.finding import asked

    held: list[Asked] = []
    n_silent = 0
    for run in runs:
        for talk in store.conversations(run.id):
            one = asked(talk)
            if one is None:
                n_silent += 1
            else:
                held.append(one)
    return held, n_silent


def _facts(store: Store, runs: list[Run]) -> dict[str, Facts]:
    found: dict[str, Facts] = {}
    for run in runs:
        if store.score_keys(run.id):
            found |= {row.conversation_id: row for row in store.facts(run.id)}
    return found


def _tests(store: Store, release: str | None, suites: Path | None) -> Played:
    from evalkit.suites.loading import load_suites
    from evalkit.topics.account import Played

    replays = [run for run in store.runs(release) if run.source == "replay" and store.score_keys(run.id)]
    cases = {case.id: case for case in store.cases(replays[-1].id).values()} if replays else {}
    rows = store.facts(replays[-1].id) if replays else []
    if suites is not None:
        cases |= {case.id: case for suite in load_suites([suites]) for case in suite.cases}
    return Played(tuple(cases.values()), rows)


def _assigned(store: Store, runs: list[Run], topics: Topics) -> int:
    from evalkit.store.topics import assign_topics
    from evalkit.topics.finding import FOUND, OTHER

    kept = {id_: name for id_, name in topics.of.items() if name != OTHER}
    return sum(assign_topics(store, run.id, kept, mark=FOUND) for run in runs)
