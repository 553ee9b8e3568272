"""`evalkit sample`: a stratified test suite from real conversations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from evalkit.cli.options import config_option, json_option, open_knowledge, print_json, store_option

if TYPE_CHECKING:
    from evalkit.model import Conversation
    from evalkit.sampling.casing import Mode
    from evalkit.sampling.drawing import Sample
    from evalkit.store.store import Store

_BY = "topic,channel,language,outcome,length"


@click.command(name="sample")
@click.argument("release")
@click.option("--n", "n", type=click.IntRange(min=1), default=200, show_default=True, help="Conversations to draw.")
@click.option("--by", default=_BY, show_default=True, help="What the strata are made of.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--min-per-cell", type=click.IntRange(min=1), default=3, show_default=True, help="Least of a stratum.")
@click.option("--mode", type=click.Choice(["prefix", "open", "facts"]), default="open", show_default=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=Path("suites/sampled.yaml"),
              show_default=True)  # fmt: skip
@click.option("--knowledge", type=click.Path(path_type=Path, file_okay=False), help="Knowledge-base folder.")
@config_option
@store_option
@json_option
def command(
    *,
    release: str,
    n: int,
    by: str,
    seed: int,
    min_per_cell: int,
    mode: Mode,
    out: Path,
    knowledge: Path | None,
    config_path: Path | None,
    store_at: str | None,
    as_json: bool,
) -> int:
    """Draw a test suite from the real conversations of RELEASE, each case with its probability, as drafts."""
    from dataclasses import asdict

    from evalkit.errors import InputError
    from evalkit.sampling.casing import suite_of
    from evalkit.store.store import Store
    from evalkit.suites.config import load_config
    from evalkit.suites.writing import write_suites

    config = load_config(config_path)
    if out.suffix != ".yaml":
        raise InputError(f"--out {out}: expected a name that ends in .yaml")
    base = open_knowledge(config, knowledge)
    with Store.open(store_at or config.store, create=False) as store:
        sample = _drawn(store, release, by, n=n, seed=seed, min_per_cell=min_per_cell)
        wanted = [one.conversation_id for one in sample.drawn]
        talks: dict[str, Conversation] = {}
        for run in store.runs(release):
            for start in range(0, len(wanted), 400):
                talks |= {talk.id: talk for talk in store.conversations(run.id, wanted[start : start + 400])}
        suite = suite_of(sample, talks, mode=mode, name=out.stem, knowledge=base)
    write_suites(out.parent, {out.stem: suite})
    n_checked = sum("expect" in case for case in suite["cases"])
    if as_json:
        print_json({**asdict(sample), "out": str(out), "n_with_expectations": n_checked})
        return 0
    click.echo(_told(sample, out, n_checked, mode))
    return 0


def _drawn(store: Store, release: str, by: str, *, n: int, seed: int, min_per_cell: int) -> Sample:
    from evalkit.errors import InputError
    from evalkit.sampling.drawing import candidates, dimensions, draw

    names = dimensions(by)
    store.latest_run(release)
    runs = [run for run in store.runs(release) if run.source != "replay"]
    if not runs:
        raise InputError(f"'{release}' holds only replays; samples are drawn from imported or pilot conversations")
    facts = {row.conversation_id: row for run in runs if store.score_keys(run.id) for row in store.facts(run.id)}
    held, excluded = candidates((talk for run in runs for talk in store.conversations(run.id)), facts, names)
    return draw(held, names, n=n, seed=seed, min_per_cell=min_per_cell, excluded=excluded)


def _told(sample: Sample, out: Path, n_checked: int, mode: str) -> str:
    from tabulate import tabulate

    n_all = sum(stratum.n for stratum in sample.strata)
    lines = [
        f"{len(sample.drawn)} of {n_all} persons' conversations in {len(sample.strata)} strata, seed {sample.seed}"
        f" → {out} (mode {mode}, all drafts)",
        f"{n_checked} hold what the knowledge base says; the scorers look at all",
    ]
    lines += [f"not used: {count} × {why}" for why, count in sorted(sample.excluded.items())]
    largest = sorted(sample.strata, key=lambda s: (-s.n, s.cell))[:12]
    rows = [(" · ".join(s.cell) or "all the rest", s.n, s.n_drawn, f"{s.n_drawn / s.n:.3f}") for s in largest]
    head = [" × ".join(sample.by), "held", "drawn", "probability"]
    lines += ["", tabulate(rows, headers=head, disable_numparse=True, colalign=("left", "right", "right", "right"))]
    lines += [f"and {len(sample.strata) - 12} smaller strata"] * (len(sample.strata) > 12)
    return "\n".join([*lines, "", f"next: evalkit check {out}"])
