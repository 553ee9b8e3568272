"""Two sides under equal scores: the newest set that both have, or the older side scored again as the newer one was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from evalkit.errors import InputError
from evalkit.store.scored import ScoredRun, read_scored, shared_key

if TYPE_CHECKING:
    from evalkit.cli.sides import Side
    from evalkit.model import Run
    from evalkit.suites.config import Config


def scored_alike(old: Side, new: Side, config: Config) -> tuple[ScoredRun, ScoredRun]:
    """Both sides under the newest set of scores that they share; the older side is all runs of its release.

    Where they share none, the stored older side is scored again in the newer one's way, if the configuration still
    holds what that took. Raises: InputError when it does not.
    """
    key, run = _shared(old, new)
    if key is None:
        key, run = _scored_again(old, new, config)
    # Of replays the newest is judged; real conversations of a release may have come in several exports.
    others = new.runs if new.run.source != "replay" else ()
    return read_scored(old.store, run, key, others=old.runs), read_scored(new.store, new.run, key, others=others)


def _shared(old: Side, new: Side) -> tuple[str | None, Run]:
    keys = new.store.score_keys(new.run.id) or [new.store.latest_score_key(new.run.id)]
    for run in old.runs:
        if run.id != new.run.id and (key := shared_key(keys, old.store.score_keys(run.id))) is not None:
            return key, run
    if [run.id for run in old.runs] == [new.run.id]:
        raise InputError(f"both sides are run '{new.run.id}'; name another release, or another run of it")
    return None, old.run


def _scored_again(old: Side, new: Side, config: Config) -> tuple[str, Run]:
    from evalkit.cli.options import ProgressLine, open_knowledge, world_of
    from evalkit.engine.scoring_run import score_run, scored_by
    from evalkit.scoring import score_key

    key = new.store.latest_score_key(new.run.id)
    specs = scored_by(new.run, key)
    if specs is not None and "judge" not in {spec.name for spec in specs}:
        knowledge = open_knowledge(config) if config.knowledge is not None and config.knowledge.is_dir() else None
        world = world_of(specs, config, knowledge)
        if key == score_key(world.scorers, world.policy, knowledge.snapshot if knowledge is not None else None):
            click.echo(f"scoring {old.run.release} again, as {new.run.release} was scored", err=True)
            for run in old.runs:
                line = ProgressLine("scoring")
                score_run(old.store, run, world, on_progress=line.show)
                line.end()
            return key, old.run
    raise InputError(
        f"'{old.run.release}' and '{new.run.release}' were not scored the same way (scorers, policy or knowledge base"
        f" differ); `evalkit score {old.run.id}` and `evalkit score {new.run.id}` score both as the configuration says"
        " now"
    )
