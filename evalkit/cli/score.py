"""`evalkit score`: score a stored run again, beside the scores that it has."""

from __future__ import annotations

from pathlib import Path

import click

from evalkit.cli.judging import judge_option
from evalkit.cli.options import config_option, json_option, open_knowledge, print_json, store_option


@click.command(name="score")
@click.argument("run_id")
@click.option("--scorer", "names", multiple=True, help="Only these scorers (default: all).")
@click.option("--knowledge", type=click.Path(path_type=Path, file_okay=False), help="Knowledge-base folder.")
@click.option("--workers", type=click.IntRange(1, 256), help="Worker processes.")
@judge_option
@config_option
@store_option
@json_option
def command(
    *,
    run_id: str,
    names: tuple[str, ...],
    knowledge: Path | None,
    workers: int | None,
    judge_name: str | None,
    config_path: Path | None,
    store_at: str | None,
    as_json: bool,
) -> int:
    """Score the stored run RUN_ID again; no bot is asked."""
    from evalkit.cli import judging, pipeline
    from evalkit.cli.options import ProgressLine, world_of
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
        run = store.run(run_id)
        world = world_of(judging.with_judge(specs, bench, store), config, base)
        asked = judging.judging_of(bench, config, store.cases(run.id), base)
        line = ProgressLine("scoring", quiet=as_json)
        key = score_run(store, run, world, workers=workers, judging=asked, on_progress=line.show)
        line.end()
        summary = pipeline.read(store, run, key, config)
    if as_json:
        print_json(pipeline.as_json(summary))
    else:
        click.echo(terminal.render(summary))
        if cost := judging.spent(asked):
            click.echo(cost)
    return summary.exit_code
