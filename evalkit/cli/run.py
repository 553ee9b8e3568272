"""`evalkit run`: replay suites against a bot, score, store, report."""

from __future__ import annotations

from pathlib import Path

import click

from evalkit.cli.judging import judge_option
from evalkit.cli.options import bot_of, config_option, json_option, open_knowledge, print_json, store_option, tell
from evalkit.errors import InputError


@click.command(name="run")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path))
@click.option("--bot", "bot_name", required=True, help="A bot of evalkit.yaml, an http(s) address, or module:function.")
@click.option("--release", required=True, help="The name of the release under test.")
@click.option("--baseline", help="Compare with the newest run of this release.")
@click.option("--trials", default=1, show_default=True, type=click.IntRange(1, 100), help="Times each case is played.")
@click.option("--concurrency", type=click.IntRange(1, 1000), help="Conversations at once (default: the bot's own).")
@click.option("--seed", default=0, show_default=True, help="Seed of simulated customers.")
@click.option(
    "--stage", default="", type=click.Choice(["", "pilot", "shadow", "canary", "full"]), help="Roll-out stage."
)
@click.option("--max-calls", type=click.IntRange(1), help="Stop after so many messages to the bot.")
@click.option("--max-tokens", type=click.IntRange(1), help="Stop after so many tokens of the bot.")
@click.option("--max-eur", type=click.FloatRange(0, min_open=True), help="Stop after the bot has cost so much.")
@click.option("--max-minutes", type=click.FloatRange(0, min_open=True), help="Stop after so many minutes.")
@click.option("--resume", is_flag=True, help="Finish the run that was cut short.")
@click.option("--knowledge", type=click.Path(path_type=Path, file_okay=False), help="Knowledge-base folder.")
@click.option("--html", type=click.Path(path_type=Path), help="Write the HTML report here.")
@click.option("--junit", type=click.Path(path_type=Path), help="Write JUnit XML here.")
@click.option("--markdown", type=click.Path(path_type=Path), help="Write Markdown here.")
@click.option("--gate", "in_rounds", is_flag=True, help="Play in rounds until the gate can decide against --baseline.")
@click.option("--fresh-baseline", metavar="BOT", help="With --gate: play --baseline along, on this bot.")
@click.option("--rules", type=click.Path(path_type=Path, dir_okay=False), help="The gate's rules (with --gate).")
@click.option("--strict", is_flag=True, help="With --gate: exit with 3 when inconclusive.")
@click.option("--comment", type=click.Path(path_type=Path), help="With --gate: Markdown of a pull-request comment.")
@click.option("--gitlab", type=click.Path(path_type=Path), help="With --gate: GitLab's code-quality JSON.")
@click.option("--github", "on_github", is_flag=True, help="With --gate: GitHub's job summary and annotations.")
@judge_option
@config_option
@store_option
@json_option
def command(
    *,
    paths: tuple[Path, ...],
    bot_name: str,
    release: str,
    baseline: str | None,
    trials: int,
    concurrency: int | None,
    seed: int,
    stage: str,
    max_calls: int | None,
    max_tokens: int | None,
    max_eur: float | None,
    max_minutes: float | None,
    resume: bool,
    knowledge: Path | None,
    html: Path | None,
    junit: Path | None,
    markdown: Path | None,
    in_rounds: bool,
    fresh_baseline: str | None,
    rules: Path | None,
    strict: bool,
    comment: Path | None,
    gitlab: Path | None,
    on_github: bool,
    judge_name: str | None,
    config_path: Path | None,
    store_at: str | None,
    as_json: bool,
) -> int:
    """Replay the suites in PATHS (default: suites/) against a bot.

    Exit code 1 means a zero-tolerance finding or a failed critical case, 2 wrong input, 3 a run that a budget ended
    early, 4 an invalid run; with --gate, the gate's: 0 passed or inconclusive (3 with --strict), 1 failed.
    """
    from evalkit.cli import judging, pipeline
    from evalkit.engine.control import Budget
    from evalkit.engine.preparing import specs_of
    from evalkit.policy.destinations import check_store
    from evalkit.store.store import Store
    from evalkit.suites.config import load_config
    from evalkit.suites.loading import load_suites

    config = load_config(config_path)
    suites = load_suites(paths or (Path("suites"),))
    bot = bot_of(bot_name, config)
    fresh = None
    if fresh_baseline is not None:
        if not in_rounds:
            raise InputError("--fresh-baseline goes with --gate: it plays the baseline along in the gate's rounds")
        fresh = fresh_baseline, bot_of(fresh_baseline, config)
    base = open_knowledge(config, knowledge)
    where = store_at or config.store
    check_store(where, config.policy.privacy)
    order = pipeline.Order(
        suites, release, bot_name, trials=trials, seed=seed, stage=stage, concurrency=concurrency, resume=resume,
        baseline=None if in_rounds else baseline, quiet=as_json, llm=judging.llm_customers(suites, config),
        budget=Budget(calls=max_calls, tokens=max_tokens, cost_eur=max_eur, minutes=max_minutes),
    )  # fmt: skip
    asked = judging.asked_of(specs_of(suites))
    with Store.open(where) as store, judging.judge_bench(judge_name, config, questions=asked) as bench:
        found = None
        if in_rounds:
            from evalkit.cli import rounds

            surfaces = rounds.Surfaces(baseline, where, rules, comment, gitlab, on_github, fresh)
            summary, found = rounds.carry_out(order, bot, config, base, store, bench, surfaces)
        else:
            if baseline is not None:
                from evalkit.cli.sides import opened

                with opened(baseline, store):
                    pass  # A baseline that is not there is told before the bot is asked.
            summary = pipeline.carry_out(order, bot, config, base, store, bench)
        written = pipeline.write_reports(store, summary, html=html, junit=junit, config=config)
        if markdown is not None:
            from evalkit.reporting import markdown as markdown_report
            from evalkit.reporting.artefacts import write_artefact

            write_artefact(markdown, markdown_report.render(summary))
            written.append(markdown)
    if as_json:
        gate = {"gate": found.as_plain()} if found is not None else {}
        print_json({**pipeline.as_json(summary), **gate})
    else:
        from evalkit.reporting import gated, terminal

        if found is not None:
            tell(f"{gated.terminal(found.decision, found.changed, explain=True)}\n")
        tell(terminal.render(summary))
        click.echo(f"\nstore {where} · run {summary.run.id}")
        for path in written:
            click.echo(f"report {path}")
        if not written:
            click.echo(f"next: evalkit report {summary.run.id} --html report.html")
    return summary.exit_code if found is None else found.exit_code(strict=strict)
