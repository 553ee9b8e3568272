"""`evalkit kb`: the state of the knowledge base."""

from __future__ import annotations

from pathlib import Path

import click

from evalkit.cli.options import config_option, json_option, open_knowledge, print_json, store_option, tell


@click.group(name="kb")
def command() -> None:
    """Look after the knowledge base."""


@command.command(name="check")
@click.option("--knowledge", type=click.Path(path_type=Path, file_okay=False), help="Knowledge-base folder.")
@click.option("--suites", type=click.Path(path_type=Path), help="Tell which articles no case of these suites asks for.")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day to look at (default: today).")
@click.option("--strict", is_flag=True, help="Exit with 1 where articles contradict each other or have expired.")
@config_option
@json_option
def check(
    *, knowledge: Path | None, suites: Path | None, day: object, strict: bool, config_path: Path | None, as_json: bool
) -> int:
    """List the articles, and what to mend. Contradictions, expiry, duplicates, links, age, use."""
    from dataclasses import asdict
    from datetime import UTC, datetime

    from tabulate import tabulate

    from evalkit.errors import InputError
    from evalkit.knowledge.checkup import checkup
    from evalkit.suites.config import load_config
    from evalkit.suites.loading import load_suites

    base = open_knowledge(load_config(config_path), knowledge)
    if base is None:
        raise InputError("no knowledge base: give --knowledge, or knowledge.folder in evalkit.yaml")
    cases = [case for suite in load_suites([suites]) for case in suite.cases] if suites else []
    asked = [line.text for case in cases for line in case.customer.lines]
    on = day.date() if isinstance(day, datetime) else datetime.now(UTC).date()
    state = checkup(base, on=on, questions=asked)
    if as_json:
        print_json(asdict(state))
    else:
        languages = ", ".join(f"{code} {n}" for code, n in state.by_language.items())
        click.echo(f"{state.n_documents} articles, {state.n_valid} valid on {on}: {languages}")
        rows = [(f.rule, f.document_id, f.other or "", f.message) for f in state.findings]
        click.echo(tabulate(rows, headers=["", "article", "beside", "what"]) if rows else "nothing to mend")
    serious = [f for f in state.findings if f.rule in {"contradiction", "overlap", "circle", "expired"}]
    return int(bool(strict and serious))


@command.command(name="gaps")
@click.argument("release")
@config_option
@store_option
@json_option
def gaps_of(*, release: str, config_path: Path | None, store_at: str | None, as_json: bool) -> int:
    """List what nobody could answer, by volume. What customers of RELEASE asked and no article holds."""
    from dataclasses import asdict

    from tabulate import tabulate

    from evalkit.reporting.gaps import gaps
    from evalkit.store.store import Store
    from evalkit.suites.config import load_config

    config = load_config(config_path)
    with Store.open(store_at or config.store, create=False) as store:
        run = store.latest_run(release)
        found = gaps(store, run, store.latest_score_key(run.id))
    if as_json:
        print_json([asdict(gap) for gap in found])
    else:
        rows = [(gap.n_conversations, gap.name, gap.example) for gap in found]
        tell(tabulate(rows, headers=["asked", "about", "for example"]) if rows else "no gaps")
    return 0
