"""`evalkit score`: score a stored run again, beside the scores that it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evalkit.cli.judging import judge_option
from evalkit.cli.options import config_option, json_option, open_knowledge, print_json, store_option, tell
from evalkit.errors import InputError

if TYPE_CHECKING:
    from evalkit.model import Run
    from evalkit.scale.driving import Engine
    from evalkit.store.store import Store


@click.command(name="score")
@click.argument("words", metavar="RELEASE")
@click.option("--scorer", "names", multiple=True, help="Only these scorers (default: all).")
@click.option("--knowledge", type=click.Path(path_type=Path, file_okay=False), help="Knowledge-base folder.")
@click.option("--workers", type=click.IntRange(1, 256), help="Worker processes.")
@click.option("--engine", "engine_name", type=click.Choice(["local", "dask", "ray"]), help="Where to score.")
@click.option("--address", help="An existing cluster: tcp://scheduler:8786, ray://head:10001, auto.")
@click.option("--drafts", is_flag=True, help="Score what the AI suggested to people, as the release NAME-drafts.")
@judge_option
@click.option("--dry-run", is_flag=True, help="With --judge: tell calls and price, and stop.")
@config_option
@store_option
@json_option
def command(
    *,
    words: str,
    names: tuple[str, ...],
    knowledge: Path | None,
    workers: int | None,
    engine_name: str | None,
    address: str | None,
    drafts: bool,
    judge_name: str | None,
    dry_run: bool,
    config_path: Path | None,
    store_at: str | None,
    as_json: bool,
) -> int:
    """Score the newest run of RELEASE, or the run of that id, again; no bot is asked."""
    from evalkit.cli import judging, pipeline
    from evalkit.cli.options import ProgressLine, world_of
    from evalkit.cli.sides import side_of
    from evalkit.engine.preparing import DEFAULT_SCORERS
    from evalkit.engine.scoring_run import score_run
    from evalkit.model import ScorerSpec
    from evalkit.reporting import terminal
    from evalkit.store.store import Store
    from evalkit.suites.config import load_config

    config = load_config(config_path)
    base = open_knowledge(config, knowledge)
    specs = [ScorerSpec(name=name) for name in names or DEFAULT_SCORERS]
    with (
        Store.open(store_at or config.store, create=False) as store,
        judging.judge_bench(judge_name, config, questions=judging.asked_of(specs)) as bench,
    ):
        stored = side_of(store, words).run
        run = _drafts_of(store, stored) if drafts else stored
        world = world_of(judging.with_judge(specs, bench, store), config, base)
        asked = judging.judging_of(bench, config, store.cases(run.id), base)
        if dry_run:
            if asked is None:
                raise InputError("--dry-run goes with --judge: scoring without a judge costs nothing")
            found = asked.planned(store.conversations(run.id))
            if as_json:
                print_json(asdict(found))
            else:
                click.echo(judging.told(found))
            return 0
        line = ProgressLine("scoring", quiet=as_json)
        engine = _engine(engine_name, address, workers)
        apart: dict[str, str] = {}
        key = score_run(
            store, run, world, workers=workers, engine=engine, judging=asked, on_progress=line.show,
            on_quarantine=apart.__setitem__,
        )  # fmt: skip
        line.end()
        summary = pipeline.read(store, run, key, config)
    if as_json:
        print_json({**pipeline.as_json(summary), "quarantined": apart})
    else:
        tell(terminal.render(summary))
        if cost := judging.spent(asked):
            click.echo(cost)
        if apart:
            click.echo(_told(apart))
    return summary.exit_code


def _engine(name: str | None, address: str | None, workers: int | None) -> Engine | None:
    import os

    from evalkit.errors import InputError
    from evalkit.scale.engines import engine_of

    if name is None:
        if address is not None:
            raise InputError("--address needs --engine dask or --engine ray")
        return None
    return engine_of(name, address=address, workers=workers or os.cpu_count() or 1)


_SHOWN = 20


def _told(apart: Mapping[str, str]) -> str:
    lines = [f"quarantined {len(apart)} conversations that could not be scored; they count as errors:"]
    lines += [f"  {id_}: {cause}" for id_, cause in sorted(apart.items())[:_SHOWN]]
    if len(apart) > _SHOWN:
        lines.append(f"  and {len(apart) - _SHOWN} more; --json lists them all")
    return "\n".join(lines)


def _drafts_of(store: Store, run: Run) -> Run:
    from datetime import UTC, datetime

    from evalkit.engine.drafting import drafts_run
    from evalkit.errors import InputError

    made = drafts_run(store, run, now=datetime.now(UTC))
    if made is None:
        raise InputError(f"run '{run.id}' holds no drafts; an import keeps those of the column `message.draft`")
    return made
