"""`evalkit judge`: what the judge would cost, what it keeps, and a stand-in that needs no key."""

from __future__ import annotations

from pathlib import Path

import click

from evalkit.cli.judging import cache_path, judge_bench
from evalkit.cli.options import config_option, json_option, print_json, store_option

_FEWEST_DECIDED = 20


@click.group(name="judge")
def command() -> None:
    """The LLM judge: its questions, its price, its cache, and whether it has earned its vote."""


@command.command(name="questions")
@json_option
def questions(*, as_json: bool) -> int:
    """List the shipped packs and their questions."""
    import msgspec
    from tabulate import tabulate

    from evalkit.judge.questions import load_questions, pack_names

    asked = load_questions(pack_names())
    if as_json:
        print_json([msgspec.to_builtins(question) for question in asked])
    else:
        rows = [(q.pack, q.id, ", ".join(q.answers), ", ".join(q.passing), q.severity) for q in asked]
        click.echo(tabulate(rows, headers=["pack", "question", "answers", "good", "severity"]))
    return 0


@command.command(name="plan")
@click.argument("release")
@click.option("--judge", "judge_name", default="config", show_default=True, help="`config`, `fake` or `cassette:FILE`.")
@config_option
@store_option
@json_option
def plan_(*, release: str, judge_name: str, config_path: Path | None, store_at: str | None, as_json: bool) -> int:
    """Tell how many calls judging would take, and their price. RELEASE may be a run's id; nothing is sent."""
    from dataclasses import asdict

    from evalkit.cli.judging import told
    from evalkit.cli.options import open_knowledge
    from evalkit.cli.sides import side_of
    from evalkit.engine.judging import Judging
    from evalkit.store.store import Store
    from evalkit.suites.config import load_config

    config = load_config(config_path)
    with judge_bench(judge_name, config) as bench, Store.open(store_at or config.store, create=False) as store:
        assert bench is not None
        run = side_of(store, release).run
        base = open_knowledge(config) if config.knowledge is not None and config.knowledge.is_dir() else None
        judging = Judging(bench, config.policy, store.cases(run.id), base)
        found = judging.planned(store.conversations(run.id))
    if as_json:
        print_json(asdict(found))
    else:
        click.echo(told(found))
    return 0


@command.command(name="cache")
@click.option("--erase", "erased", multiple=True, metavar="CONVERSATION", help="Delete the answers of conversations.")
@config_option
@json_option
def cache(*, erased: tuple[str, ...], config_path: Path | None, as_json: bool) -> int:
    """Show how many answers are kept, or erase some. By judge and question; --erase takes conversations."""
    from tabulate import tabulate

    from evalkit.judge.cache import AnswerCache
    from evalkit.suites.config import load_config

    where = cache_path(load_config(config_path))
    kept = AnswerCache(where)
    try:
        n_erased = kept.erase(erased) if erased else 0
        rows = [(identity, question, n) for (identity, question), n in sorted(kept.counts().items())]
    finally:
        kept.close()
    if as_json:
        print_json({"path": str(where), "erased": n_erased, "answers": rows})
        return 0
    if erased:
        click.echo(f"{n_erased} answers erased")
    click.echo(tabulate(rows, headers=["judge", "question", "answers"]) if rows else f"{where}: no answers are kept")
    return 0


@command.command(name="calibration")
@click.option("--judge", "judge_name", default="config", show_default=True, help="`config`, `fake` or `cassette:FILE`.")
@click.option("--by-language", is_flag=True, help="Each language apart as well.")
@config_option
@store_option
@json_option
def calibration(
    *, judge_name: str, by_language: bool, config_path: Path | None, store_at: str | None, as_json: bool
) -> int:
    """Hold the judge against people's labels. Confusion, kappa, corrected rate, labels that are missing, its vote."""
    from dataclasses import asdict

    from tabulate import tabulate

    from evalkit.cli.judging import identity_of
    from evalkit.review.calibration import calibrations
    from evalkit.store.store import Store
    from evalkit.suites.config import load_config

    config = load_config(config_path)
    with judge_bench(judge_name, config) as bench, Store.open(store_at or config.store, create=False) as store:
        assert bench is not None
        who = identity_of(bench)
        found = calibrations(store, who, by_language=by_language)
    if as_json:
        print_json({"identity": who, "questions": [{**asdict(c), "state": c.state, "n": c.n} for c in found]})
        return 0
    if not found:
        click.echo(
            f"judge {who}: no answer of this judge has a label beside it yet, so it only informs."
            " A new model, prompt or question starts from nothing; `evalkit review new RELEASE` draws conversations"
        )
        return 0
    rows = [
        (
            c.question if c.language is None else f"  {c.language}", c.n, c.both_good, c.judge_only, c.people_only,
            c.both_bad, f"{c.kappa.value:.2f}" if c.kappa else "–", c.state + (", drifting" if c.drifts else ""),
            c.n_more_labels,
        )
        for c in found
    ]  # fmt: skip
    heads = [
        "question",
        "labels",
        "both good",
        "judge only",
        "people only",
        "both bad",
        "kappa",
        "state",
        "more labels",
    ]
    click.echo(tabulate(rows, headers=heads))
    for c in found:
        if c.stands_in is not None:
            n = len(c.stands_in.p_values)
            click.echo(
                f"{c.question}: the judge may stand in for {round(n * c.stands_in.winning_rate)} of {n} reviewers"
                f" (alternative annotator test, {c.stands_in.n} shared conversations or more)"
            )
    return 0


@command.command(name="prefer")
@click.argument("left")
@click.argument("right")
@click.option("--judge", "judge_name", default="config", show_default=True, help="`config`, `fake` or `cassette:FILE`.")
@click.option("--n", default=50, show_default=True, type=click.IntRange(1, 10_000), help="Pairs to ask about at most.")
@click.option("--seed", default=0, show_default=True, help="Draws the pairs and the order of asking.")
@config_option
@store_option
@json_option
def prefer_(
    *, left: str, right: str, judge_name: str, n: int, seed: int, config_path: Path | None, store_at: str | None,
    as_json: bool,
) -> int:  # fmt: skip
    """Ask which of two releases did better. Blind, pair by pair, each in both orders.

    Replays are paired by case, other conversations by topic, channel and language.
    """
    from evalkit.cli.sides import side_of
    from evalkit.engine.judging import preferences
    from evalkit.stats import wilson
    from evalkit.store.store import Store
    from evalkit.suites.config import load_config

    config = load_config(config_path)
    with judge_bench(judge_name, config) as bench, Store.open(store_at or config.store, create=False) as store:
        assert bench is not None
        one, other = side_of(store, left).run.id, side_of(store, right).run.id
        found = preferences(store, one, other, bench, n=n, seed=seed)
    count = {name: sum(p.preferred == name for p in found) for name in ("left", "right", "same")}
    torn, broken = sum(not p.consistent for p in found), sum(p.preferred is None for p in found)
    decided = count["left"] + count["right"]
    share = wilson(count["right"], decided) if decided else None
    if as_json:
        print_json({"pairs": len(found), **count, "order_decided": torn, "no_answer": broken, "right_share": share})
        return 0
    click.echo(
        f"{len(found)} pairs: {left} better {count['left']}, {right} better {count['right']}, no difference"
        f" {count['same']} ({torn} where only the order decided), no answer {broken}"
    )
    if share is not None and decided >= _FEWEST_DECIDED:
        click.echo(
            f"{right} is preferred in {share.rate:.0%} ({share.low:.0%}–{share.high:.0%}) of {decided} decided pairs"
        )
    elif found:
        click.echo(f"too few decided pairs for a share (n = {decided}); the judge only informs")
    return 0


@command.command(name="serve-fake")
@click.option("--mood", default="good", show_default=True, help="How it behaves; `--mood list` names them.")
@click.option("--delay-ms", default=0, show_default=True, type=click.IntRange(0, 600_000))
@click.option("--port", default=8766, show_default=True, type=click.IntRange(0, 65_535))
def serve_fake(*, mood: str, delay_ms: int, port: int) -> int:
    """Serve an OpenAI-compatible stand-in. On 127.0.0.1 until Ctrl-C it judges by word overlap, in moods."""
    import time

    from evalkit.errors import InputError, near_match
    from evalkit.judge.fake import MOODS, create_app
    from evalkit.loopback import serving

    if mood == "list":
        click.echo("\n".join(MOODS))
        return 0
    if mood not in MOODS:
        raise InputError(f"unknown mood '{mood}'{near_match(mood, MOODS)} (known: {', '.join(MOODS)})")
    with serving(create_app(mood, delay_s=delay_ms / 1000), port=port) as address:
        click.echo(f"stand-in judge ({mood}) at {address}/v1; Ctrl-C stops it")
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            click.echo("stopped")
    return 0
